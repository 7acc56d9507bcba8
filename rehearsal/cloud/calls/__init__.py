"""AWS calls of functions: which operation each is, written down, refused or broken on purpose."""
