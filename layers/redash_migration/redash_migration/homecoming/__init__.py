"""Going back after the switch: everything that was written since comes home, and nobody loses."""
