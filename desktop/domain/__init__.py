"""The words of the product as frozen dataclasses, enums and errors. Standard library only; imports nothing of ours."""
