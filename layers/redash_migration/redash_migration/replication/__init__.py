"""The replication task: what it carries, what its state means, when it is in step."""
