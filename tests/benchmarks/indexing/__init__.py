"""The parts of `bench index`: what it costs to make a library and to keep it current."""
