"""A stand-in for Redash: its HTTP interface over its own tables, reading and writing real rows.

Run as ``python -m rehearsal.redash [server|scheduler|worker]``. It fails where Redash would: a
wrong secret key, a sequence left behind, a missing search function or a read-only database give a
500, while /ping goes on answering.
"""
