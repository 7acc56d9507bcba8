"""Documents that can't drift: parts of them are made from the code."""
