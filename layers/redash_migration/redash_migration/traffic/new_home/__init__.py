"""The new home before anything moves in: complete, closed, and with the same secrets."""
