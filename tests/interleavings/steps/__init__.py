"""The functions of a migration, as far as users notice what they do."""
