"""Passages become vectors on the CPU, without torch."""
