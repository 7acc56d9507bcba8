"""The source that each repair was written for (moto 5.2.5): dotted name -> fingerprint."""

from __future__ import annotations

import json
from pathlib import Path

FINGERPRINTS: dict[str, str] = json.loads(
    Path(__file__).with_name("fingerprints.json").read_text(encoding="utf-8")
)
