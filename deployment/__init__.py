"""Checks of what is deployed: the templates, their permissions, the built artifacts."""
