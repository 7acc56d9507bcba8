"""What is done in the two databases: catalogs read, slots and publications made, rows compared."""
