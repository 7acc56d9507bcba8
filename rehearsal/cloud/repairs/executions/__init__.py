"""Executions of a state machine: started, described, watched, stopped, redriven."""
