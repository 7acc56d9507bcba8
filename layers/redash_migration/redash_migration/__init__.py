"""The domain of the Redash migration: one package, packages inside by concept."""
