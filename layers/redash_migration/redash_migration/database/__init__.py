"""The two PostgreSQL databases: reading their catalogs, carrying schema and rows, the fence."""
