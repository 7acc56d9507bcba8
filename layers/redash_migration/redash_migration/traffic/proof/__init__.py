"""The new home proven as Redash before the approval: settings, and questions from its network."""
