"""What a rehearsal can break on purpose, and what must come of it."""
