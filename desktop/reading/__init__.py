"""Files become text with locators. The readers run in a process of their own; nothing here stores anything."""
