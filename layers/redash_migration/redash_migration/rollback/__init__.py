"""Back before the switch: what each recorded change needs to be taken back, and the end of it."""
