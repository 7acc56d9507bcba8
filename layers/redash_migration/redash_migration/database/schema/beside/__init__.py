"""The statements behind left-behind.sql, by what they are about."""
