"""The process that may import torch: exports embedders. Imported by nobody."""
