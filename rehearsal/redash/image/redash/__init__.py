"""Stands for the package of a Redash image."""

__version__ = "25.8.0"
