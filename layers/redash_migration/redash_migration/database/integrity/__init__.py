"""Whether the target is whole: constraints, indexes, triggers and settings as on the source."""
