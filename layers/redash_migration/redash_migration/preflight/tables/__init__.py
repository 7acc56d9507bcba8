"""The tables of the plan: how large each is, and by which method it is carried."""
