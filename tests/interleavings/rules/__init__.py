"""Each rule taken away once: a run must notice."""
