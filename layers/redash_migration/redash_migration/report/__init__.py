"""The report of a migration: the same from AWS and from a rehearsal."""
