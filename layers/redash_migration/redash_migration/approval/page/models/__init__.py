"""What the pages show: evidence and gates turned into words and figures of one language."""
