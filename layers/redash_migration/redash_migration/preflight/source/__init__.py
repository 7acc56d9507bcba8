"""What is asked of the old database and its server alone."""
