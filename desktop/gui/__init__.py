"""The window. Speaks to the engine by messages only."""
