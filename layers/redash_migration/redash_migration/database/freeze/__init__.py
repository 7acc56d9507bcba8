"""The old database closed to writers, and the proof that all it held has arrived."""
