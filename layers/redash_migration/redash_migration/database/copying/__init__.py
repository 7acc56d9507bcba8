"""Carrying rows from the old database to the new one."""
