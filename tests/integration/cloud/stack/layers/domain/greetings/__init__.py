"""A layer's package."""


def greeting(name):
    return f"Hello {name}"
