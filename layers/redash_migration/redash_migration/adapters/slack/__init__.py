"""Slack, by an incoming webhook or by a bot."""
