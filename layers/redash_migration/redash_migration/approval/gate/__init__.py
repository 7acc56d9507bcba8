"""A question: who may answer it, by what rules, and what follows from the answer."""
