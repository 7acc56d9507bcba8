"""What tables are: their kinds, columns and keys, the hash of a row, and what was written since."""
