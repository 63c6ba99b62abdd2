"""Tones: GGUF LoRA adapters, checked in Python before the model runner touches them."""
