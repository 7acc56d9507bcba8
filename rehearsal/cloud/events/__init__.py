"""EventBridge: patterns, the bus, inputs of targets, the clock of scheduled rules."""
