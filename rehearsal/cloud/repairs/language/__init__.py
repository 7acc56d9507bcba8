"""The states language and JSONata: what a definition may say, and what it comes to."""
