"""The calls of the DMS API: tasks, connections, definitions, pages of answers."""
