"""Stands for Alembic in a Redash image."""
