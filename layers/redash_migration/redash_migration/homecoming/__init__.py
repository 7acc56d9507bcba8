"""Going back after the switch: everything that was written since comes home, and nobody loses.

Here is what only a return asks and does. Its rows are carried and compared by the steps of the way
forward (``database/``), which read and write the other way round (``direction.py``).
"""
