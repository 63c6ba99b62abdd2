"""How Footnote's processes speak: one JSON object a line, strict frozen messages, one decoder."""
