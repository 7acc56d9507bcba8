"""Systems Manager: documents, Run Command, and commands that really run."""
