"""A question: who may answer it, by what rules, and where its answers are kept."""
