"""What stands in for Slack: webhooks, response addresses and two methods of its Web API."""
