"""What ``make`` puts in place before it can do anything: Python packages, and a browser."""
