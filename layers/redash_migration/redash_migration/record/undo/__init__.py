"""How each change is taken back: the list, its entries, their seals, and the order of a replay."""
