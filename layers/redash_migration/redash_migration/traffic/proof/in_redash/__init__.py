"""What runs in a container of Redash itself, old or new: standard library and Redash alone."""
