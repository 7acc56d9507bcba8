"""The schema on its way: dumped, made in parts, completed, compared, and what is ours removed."""
