"""What a decision rests on, put together from the record."""
