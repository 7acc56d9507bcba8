"""The record's table in Amazon DynamoDB."""
