"""A migration under every order of events: its real record, a world in memory, a chosen order."""
