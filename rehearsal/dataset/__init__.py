"""A Redash-shaped database: made of rows of its own, or restored from somebody's dump."""

from rehearsal.dataset.adoption import adopt_secret_key, api_key
from rehearsal.dataset.dump import DumpNotRestored, RestoredDump, restore_dump
from rehearsal.dataset.generation import ADMIN_API_KEY, load
from rehearsal.dataset.scale import SCALES, Scale

__all__ = [
    "ADMIN_API_KEY",
    "SCALES",
    "DumpNotRestored",
    "RestoredDump",
    "Scale",
    "adopt_secret_key",
    "api_key",
    "load",
    "restore_dump",
]
