"""Reaching a database: its address, whom it trusts, and sessions with their limits."""
