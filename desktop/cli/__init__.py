"""The footnote command."""
