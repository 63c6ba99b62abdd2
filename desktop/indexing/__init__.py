"""Files become passages: scanning, watching, reading, splitting, embedding what is new."""
