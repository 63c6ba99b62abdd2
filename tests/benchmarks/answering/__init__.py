"""The parts of `bench answer`."""
