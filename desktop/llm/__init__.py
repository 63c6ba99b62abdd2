"""The language model in its own process, and the client that speaks to it."""
