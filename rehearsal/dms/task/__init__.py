"""A replication task: its mappings and settings, its state, what it shows of its tables."""
