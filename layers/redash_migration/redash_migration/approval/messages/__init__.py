"""Mails and Slack messages: their texts, to whom they went, and buttons that answer."""
