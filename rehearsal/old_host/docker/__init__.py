"""The ``docker`` of the old host: a small client in PATH, and the daemon it asks."""
