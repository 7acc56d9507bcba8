"""One run of a task: how it begins, follows the changes, is disturbed, ends and validates."""
