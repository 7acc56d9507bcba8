"""Tasks of a state machine: functions called, tokens, heartbeats, failures."""
