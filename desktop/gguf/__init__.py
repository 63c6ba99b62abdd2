"""GGUF files, the containers of models and tones, checked in pure Python before any C code sees them."""
