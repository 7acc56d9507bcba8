"""What stands before a database to be cut, or to show another certificate."""
