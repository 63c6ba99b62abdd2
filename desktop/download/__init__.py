"""Getting models: the catalogue, and files from the package index, from Hugging Face and from disk."""
