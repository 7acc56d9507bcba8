"""What can be broken, and how: one module for each part of the world."""
