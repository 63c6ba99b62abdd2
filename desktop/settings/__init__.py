"""Settings: their names, types and defaults, and the file they are kept in."""
