"""The schema on its way: dumped, made in stages, completed, compared, and what is ours removed."""
