"""What must hold after a case, and whether it ended as its row says."""
