"""Whether source and target hold the same rows, byte for byte."""
