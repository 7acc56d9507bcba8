"""Links that name one person and one question for a time, and the keys that sign them."""
