"""Has another layer than the rest."""

import importlib


def handler(event, context):
    return importlib.import_module(event["import"]).__name__
