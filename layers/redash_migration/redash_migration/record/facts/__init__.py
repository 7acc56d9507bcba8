"""What steps have found out, and in which order things came to pass: JSON in entries of its own."""
