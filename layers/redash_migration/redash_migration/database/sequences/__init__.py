"""Sequences on the target go on where those of the source stood; goal.py judges each."""
