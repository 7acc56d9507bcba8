"""The old database closed to writers, and the proof that all it held has arrived."""

WINDOW = 1.5
"""Seconds without anybody that prove the fence; the canary travels meanwhile."""
