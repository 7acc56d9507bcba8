"""Names of what a return keeps in the record, in its own direction's part of it."""

from __future__ import annotations

PAUSE_FACT = "pause"
"""``{"began", "ended"}`` of the return's write pause; the last one's, for a return may
be tried again. ``led_forward`` is when one that failed let users in again."""

FAILED_PAUSES_FACT = "failed_pauses"
"""``{"pauses": [{"began", "ended"}]}`` of the tries that were led forward again: in those, too,
users waited."""

EARLIER_SWITCH_FACT = "switch"
"""``{"state": "begun" | "made"}``: how far users were led home, as a version kept it before that
stood in the owner's item. Nobody writes it; it is read where the owner's item says nothing."""

FAILED_FACT = "failed"
"""``{"name", "cause", "state"}`` of what ended the last return; shown to whoever decides anew."""

OPENED_FACT = "opened"
"""``{"rows", "epoch", "at"}`` that the old server counted when a return opened it."""

LEFT_OPEN_FACT = "left_open"
"""``{"since", "others"}`` where a return was led forward again and the old database could not be
closed: the minute's look closes it. ``others``: what else of it was put off; {} where nothing is
open."""

WAY_HOME_FACT = "way_home"
"""Whether everything can be brought home, and the predicted pause: measured by the minute."""

OLD_FACT = "old_database"
"""Which database the old one is: its server's identifier and its own."""

ROLE_FACT = "old_role"
"""The role with which Redash logs in to the old database."""
