"""The new home proven as Redash before the approval: settings, and a probe from its network."""
