"""Who answers the users: the listener's actions, the new home's tasks, the checks before it."""
