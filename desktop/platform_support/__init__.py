"""What differs between operating systems: paths, locks, crash notes, logs, environment. Standard library only."""
