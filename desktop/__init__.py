"""Footnote: ask your own files; every sentence of the answer has a footnote you can check."""

__version__ = "0.1.0"
