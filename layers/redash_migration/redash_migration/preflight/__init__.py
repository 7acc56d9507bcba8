"""Preflight: everything that could stand in the way, found before anything is changed.

Each module asks one thing's questions and answers with checks; `examination` puts them together
and makes the plan.
"""
