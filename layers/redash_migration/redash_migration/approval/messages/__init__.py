"""Mails and Slack messages: their texts, and to whom they went."""
