"""Where a migration stands, and how it ended: what a link tells once nothing is left to decide."""
