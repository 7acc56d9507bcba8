"""What is carried and compared as one piece, so that each piece is done well within its time."""
