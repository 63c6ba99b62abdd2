"""SQLite, the truth, and LanceDB, derived from it. Knows nothing of reading, embedding or answering."""
