"""Lambda without containers: the real runtime interface client in one process per instance."""
