"""English."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "product": "Redash migration",
    "language.other": "日本語",
    "unknown": "not measured",
    "none": "none",
    # The question
    "RequestApproval.title": "Start the cutover?",
    "RequestApproval.title_blocked": "The cutover can't start: {count} to mend first",
    "RequestApproval.lead_blocked": (
        "Redash is copied to its new database and kept in sync, but a check failed or could not "
        "be answered. Nothing is asked of you until that is mended: this page then asks."
    ),
    "RequestApproval.lead": (
        "Redash is copied to its new database and kept in sync. With your approval it stops taking "
        "writes for about {pause} and comes back on the new side."
    ),
    "RequestApproval.lead_unmeasured": (
        "Redash is copied to its new database and kept in sync. With your approval it stops taking "
        "writes and comes back on the new side. How long that takes has not been predicted."
    ),
    "ConfirmCutover.title": "Keep the new Redash?",
    "ConfirmCutover.lead": (
        "Redash has been running on its new database since {time}. Keep it, or go back to the old "
        "one: the old one still stands as it was."
    ),
    "ConfirmCutover.lead_unmeasured": (
        "Redash is running on its new database. Keep it, or go back to the old one: the old one "
        "still stands as it was."
    ),
    "ConfirmCutover.lead_failed": (
        "A return was tried and ended with {error}: users are on the new Redash again, and nothing "
        "was lost. Keep it, or go back to the old one; docs/errors.md says what to mend first."
    ),
    "RequestApproval.headline": "Predicted write pause",
    "ConfirmCutover.headline": "Writes since the switch",
    "headline.budget": "of {budget} allowed",
    "headline.rows": "{rows} rows, {bytes} in {tables} tables",
    "headline.writes_note": "lost if you go back without them",
    "headline.writes_come_home_note": "brought home when you return",
    "headline.no_writes_note": "going back loses nothing",
    "headline.writes_unmeasured_note": "expect to lose all of them when you go back",
    "deadline": "Open until {time}",
    "deciding_as": "You decide as {person}.",
    "viewing": (
        "This link shows and does not decide. To decide, use the link in the e-mail that came to "
        "you alone."
    ),
    "viewing.title": "Decide from your own e-mail",
    "to_decision": "Go to the decision",
    "to_facts": "See the facts",
    "two_needed": "Two people have to approve; {given} of {required} so far.",
    # Progress
    "progress.title": "Progress",
    "progress.copied": "Copied",
    "progress.in_step": "In sync",
    "progress.approval": "Approval",
    "progress.pause": "Pause",
    "progress.switch": "Switch",
    "progress.confirm": "Confirm",
    "progress.description": "Step {number} of {total}: {name}.",
    # Sections
    "steps.title": "What happens next",
    "steps.stop": (
        "The scheduler stops and what is queued runs to its end. Then Redash shows a maintenance "
        "notice and its services stop. **The write pause begins.**"
    ),
    "steps.drain": (
        "The old database is closed for writing; its last changes arrive on the new one, proved by "
        "a marker row."
    ),
    "steps.restore": "Brought over by a direct copy, because replication can't: {tables}.",
    "steps.verify": (
        "Every table is compared by checksum on both sides; keys, sequences and constraints are "
        "checked."
    ),
    "steps.start": "The new Redash, which runs already, is tested before anybody sees it.",
    "steps.switch": (
        "The load balancer sends everybody to the new Redash. **The write pause ends.**"
    ),
    "steps.confirm": "You are asked once more whether the new side stays.",
    "steps.keep": (
        "**If you keep it**, the replication task and its traces are removed and the old services "
        "are retired."
    ),
    "steps.return": (
        "**If you return**, what was written since the switch is carried to the old database, "
        "compared, and the old Redash opens with all of it. Should that fail before users are "
        "there, they stay on the new side and you are asked again."
    ),
    "steps.go_back": (
        "**If you go back without it**, the new Redash stops, the old services start again as they "
        "stood at the switch, and what was written since is put aside in the new database."
    ),
    "steps.silence": (
        "**If nobody answers**, the new Redash stays and nothing is cleaned up, so that going back "
        "by hand remains possible."
    ),
    "prediction.title": "How the pause was predicted",
    "prediction.text": (
        "About {pause} together, by the clock of this migration's own steps. Between {low} and "
        "{high} is likely. What no step could measure before is marked as assumed."
    ),
    "prediction.point": "From the speeds measured in this migration: about {pause} together.",
    "prediction.assumed": "{part} (assumed)",
    "prediction.none": "No prediction was written down. Expect minutes rather than seconds.",
    "part.stop_services": "Stopping Redash",
    "part.close_new_home": "Closing the new Redash",
    "part.carry": "Carrying the rest home",
    "part.start_old_services": "Starting the old Redash",
    "part.calls": "Opening the old database, looking at the old Redash",
    "part.fence": "Closing the old database",
    "part.drain": "Last changes arriving",
    "part.restore": "Direct copy of the rest",
    "part.sequences": "Sequences",
    "part.verify": "Comparing by checksum",
    "part.integrity": "Keys and constraints",
    "part.smoke_test": "Testing the new Redash",
    "part.last_look": "Looking at the old database once more",
    "part.switch_traffic": "Switching the load balancer",
    "findings.title": "Warnings",
    "findings.title.failed": "Failed checks",
    "findings.title.both": "Failed checks and warnings",
    "findings.none": "No warnings. {passed} checks passed.",
    "findings.some.RequestApproval": (
        "Read these first: with a warning, an approval needs a reason. {passed} checks passed."
    ),
    "findings.some.ConfirmCutover": (
        "New since the cutover was approved; an answer then needs a reason. {passed} checks passed."
    ),
    "findings.blocked": (
        "A check failed or could not be answered. The cutover can't be approved until that is "
        "mended; you can still reject it."
    ),
    "finding.WARN": "Warning",
    "finding.FAIL": "Failed",
    "finding.UNKNOWN": "Not answered",
    "finding.remedy": "What to do:",
    "finding.approval.disk_unknown": "The old database did not answer when it was measured.",
    "remedy.approval.disk_unknown": "It is asked again every minute; look at the old host.",
    "finding.approval.lag": "The new database is more than {limit} s behind.",
    "remedy.approval.lag": "Wait until it has caught up: the lag is added to the write pause.",
    "finding.approval.disk": "The replication slot fills the old host's disk.",
    "remedy.approval.disk": "Decide soon, or free disk space on the old host.",
    "finding.in_return": "On the way back: {text}",
    "finding.approval.starter": "Whoever started this gave no plain e-mail address.",
    "remedy.approval.starter": (
        "Make sure that it was not you, and say so in the reason. Next time, start "
        "with your e-mail address as requestedBy."
    ),
    "tables.title": "What is moved",
    "tables.title_after": "What was moved",
    "tables.picture": "The largest tables, by size on disk",
    "tables.bar": "{size} · {rows} rows",
    "tables.others": "{count} more",
    "tables.all": "All {count} tables",
    "tables.name": "Table",
    "tables.rows": "Rows",
    "tables.size": "Size",
    "tables.state": "State",
    "tables.by_dms": "by replication",
    "tables.by_restore": "by direct copy",
    "validation.sound": "compared, equal",
    "validation.limited": "can't be compared yet",
    "validation.bad": "differs",
    "validation.unknown": "not compared yet",
    "validation.match": "checksums equal",
    "validation.mismatch": "checksums differ",
    "validation.restore": "copied in the pause",
    "excluded.title": "Left out of replication",
    "excluded.text": (
        "AWS DMS can't carry these tables whole. They are copied directly during the pause and "
        "compared like all others."
    ),
    "excluded.text_after": (
        "AWS DMS can't carry these tables whole. They were copied directly during the pause and "
        "compared like all others."
    ),
    "excluded.column": "column {column} is of type {type}",
    "stream.title": "Replication and the old host",
    "stream.lag": "Behind by",
    "stream.wal": "Log held back",
    "stream.wal_note": "of {budget} allowed",
    "stream.disk": "Disk lasts",
    "stream.disk_note": "{free} free",
    "stream.as_of": "As measured at {time}.",
    "stream.not_filling": "long",
    "new.title": "How the new side does",
    "new.smoke": "Checks of the new Redash",
    "new.smoke_value": "{passed} of {all}",
    "new.smoke_note": "passed before the switch",
    "new.health": "Healthy targets",
    "new.errors": "Errors since the switch",
    "new.pause": "Write pause",
    "back.title": "How to go back",
    "back.RequestApproval": (
        "Until the switch, going back is automatic and loses nothing: whatever fails, the old "
        "services start again where they stopped. After the switch you are asked again, with the "
        "cost of going back in front of you."
    ),
    "back.none": (
        "Nothing has been written since the switch at {switched}. Going back now loses nothing."
    ),
    "back.some": (
        "**{writes} writes** have been made since the switch at {switched}. They are only in the "
        "new database: going back loses them. The longer you wait, the more there are."
    ),
    "back.unmeasured": (
        "It was not measured how much has been written since the switch. Going back loses all "
        "of it."
    ),
    "back.return": (
        "**{writes} writes** have been made since the switch at {switched}. A return brings all of "
        "them home, with a write pause of about {pause}; both databases were looked at, and "
        "nothing stands in its way. It rests on what the same steps took on the way forward."
    ),
    "back.until": "This question is open until {time}.",
    # The form
    "form.title": "Your decision",
    "form.title.refuse": "Or end it",
    "form.fold": "End it: reject the cutover",
    "form.submit.refuse": "Reject",
    "form.decision": "Decision",
    "form.approve": "Approve the cutover",
    "form.approve.hint": "The write pause begins within a minute.",
    "form.reject": "Reject",
    "form.reject.hint": "Nothing is switched. The old Redash goes on as before.",
    "form.keep": "Keep the new Redash",
    "form.keep.hint": "The old side is retired. There is no way back from here afterwards.",
    "form.return": "Return to the old Redash with everything",
    "form.return.hint": "Nothing is lost. Users wait for about {pause}.",
    "form.go_back": "Go back without what was written since",
    "form.go_back.none": "Loses nothing: nothing was written since the switch.",
    "form.go_back.some": "Loses {writes} writes made since the switch.",
    "form.go_back.unmeasured": "Loses whatever was written since the switch.",
    "form.name": "Type the migration's name",
    "form.name.hint": "It is",
    "form.reason": "Reason",
    "form.reason.required": "Needed: a warning stands, or you reject.",
    "form.reason.refusal": "Needed when you reject.",
    "form.reason.refusal.keep": "Needed when you go back.",
    "form.reason.required.keep": "Needed: a warning stands, or you go back.",
    "form.submit": "Send my decision",
    "form.evidence": "Your decision is kept with this evidence: {hash}",
    "form.blocked": "Approving is not possible while a check stands failed or unanswered.",
    "form.starter": "You started this migration: another person has to approve it.",
    "problem.title": "Not sent yet",
    "problem.name_missing": "Type the migration's name.",
    "problem.name_wrong": "That is not the migration's name. It is written above the field.",
    "problem.decision_missing": "Choose one of the answers.",
    "problem.reason_missing": "Say why, in a few words.",
    "problem.reason_too_long": "Shorten the reason to 1000 characters.",
    "problem.starter": "You started this migration: another person has to approve it.",
    "problem.person_unknown": (
        "It can't be told which approver this account belongs to. Use the link in your own e-mail."
    ),
    "problem.blocked": "A check failed or could not be answered; approving is not possible.",
    "stale.title": "The facts have changed",
    "stale.text": (
        "Since this page was opened, something that matters for the decision has changed. Nothing "
        "was sent. Please look once more, then decide."
    ),
    "worn.title": "Please send it once more",
    "worn.text": "This page had been open for long. Nothing was sent. What you typed is kept.",
    # After the decision
    "decided.approve": "Approved",
    "decided.reject": "Rejected",
    "decided.keep": "The new Redash stays",
    "decided.return": "Returning, with everything",
    "decided.go_back": "Going back without the new writes",
    "decided.expire": "Nobody answered in time",
    "decided.what": "Decision",
    "decided.by": "Decided by",
    "decided.at": "When",
    "decided.reason": "Reason",
    "decided.no_reason": "none given",
    "decided.evidence": "Evidence",
    "next.approve": (
        "The write pause begins within a minute. You will be asked again after the switch."
    ),
    "next.reject": (
        "Nothing was switched. The old Redash goes on as before, and what was prepared is taken "
        "back."
    ),
    "next.keep": "The traces of the migration are being removed and the old services retired.",
    "next.return": (
        "What was written since the switch is carried home while users go on working; then follows "
        "a short pause, and the old Redash opens."
    ),
    "next.go_back": "The old services are started again and the load balancer is pointed back.",
    "next.RequestApproval.expire": (
        "The cutover did not happen. The old Redash goes on as before, and what was prepared is "
        "taken back."
    ),
    "next.ConfirmCutover.expire": "The new Redash stays. Nothing was cleaned up.",
    "next.pending": (
        "Your decision is written down. The migration could not be told just now; it will hear of "
        "it within a minute or two. You need do nothing."
    ),
    "noted.title": "Thank you: one more person is needed",
    "noted.text": "Your approval counts. {given} of {required} have approved.",
    "already.note": "This was decided before. Nothing more was changed.",
    # Calm pages
    "notice.unknown.title": "There is nothing here",
    "notice.unknown.text": (
        "The link may have been cut short. Open it from the message once more, or copy it whole."
    ),
    "notice.expired.text": "This link can no longer decide. It still shows how things stand.",
    "notice.closed.text": "The migration no longer waits for an answer. Nothing was changed.",
    "notice.foreign.title": "This did not come from the page",
    "notice.foreign.text": "Nothing was changed. Open the link from the message and decide there.",
    "notice.method.title": "That is not possible here",
    "notice.method.text": "Nothing was changed.",
    "notice.large.title": "That was too much text",
    "notice.large.text": "Nothing was changed. Go back and shorten the reason.",
    "notice.trouble.title": "Just a moment",
    "notice.trouble.text": (
        "The page can't be shown right now. Nothing is lost: try again in a minute."
    ),
    # Messages
    "mail.RequestApproval.subject.clear": "[Redash] Start the cutover? {migration}",
    "mail.RequestApproval.subject.warned": (
        "[Redash] Start the cutover? To read first: {count}. {migration}"
    ),
    "mail.RequestApproval.subject.blocked": (
        "[Redash] The cutover can't start, failed checks: {count}. {migration}"
    ),
    "mail.ConfirmCutover.subject.clear": "[Redash] Keep the new Redash? {migration}",
    "mail.ConfirmCutover.subject.warned": (
        "[Redash] Keep the new Redash? To read first: {count}. {migration}"
    ),
    "mail.ConfirmCutover.subject.failed": (
        "[Redash] Keep the new Redash? Failed checks: {count}. {migration}"
    ),
    "mail.failed": "Failed checks ({count}):",
    "mail.reminder.subject": "[Redash] Reminder, {left} left: {question} {migration}",
    "mail.reminder": "There is no answer of yours yet. The question stays open for another {left}.",
    "mail.outcome.subject": "[Redash] {decision}: {migration}",
    "mail.pause": "Predicted write pause: {pause}",
    "mail.pause_likely": "{pause} (likely {low} to {high})",
    "mail.writes": "Writes since the switch: {writes} (not known to come home when going back)",
    "mail.writes_come_home": "Writes since the switch: {writes} (a return brings all of them home)",
    "mail.return": "Predicted write pause of a return: {pause}",
    "mail.amount": "Data: {rows} rows, {bytes} in {tables} tables",
    "mail.warnings": "Warnings ({count}):",
    "mail.no_warnings": "No warnings.",
    "mail.reminder.blocked": (
        "This can't be asked yet, and {left} are left: what is listed has to be mended first. If "
        "nothing happens the old Redash stays in use, and what was prepared is taken back."
    ),
    "mail.open": "See the evidence and decide:",
    "mail.open.blocked": "See the evidence:",
    "mail.personal": (
        "The link is yours alone: please don't pass it on. Opening it changes nothing; a decision "
        "is made on the page."
    ),
    "mail.until": "Open until {time}.",
    "mail.more": "and {count} more",
    "mail.decided": "{decision}: decided by {actor} at {time}.",
    "mail.decided_expired": "{decision} ({time}).",
    "mail.reason": "Reason: {reason}",
    "mail.none_needed": "You need do nothing more.",
    # Slack
    "slack.reminder": "Reminder, {left} left: {question}",
    "slack.view": "See the evidence",
    "slack.reason": "Reason (needed for a refusal, and when a warning stands)",
    "slack.own_link": "To decide, each approver uses the link in their own e-mail.",
    "slack.confirm.title": "Are you sure?",
    "slack.confirm.text": "This decides for {migration}.",
    "slack.confirm.yes": "Yes",
    "slack.confirm.no": "Not yet",
    "slack.not_allowed": "You are not among the approvers of this migration. Nothing was changed.",
    "slack.closed": "This question is closed. Nothing was changed.",
    "slack.stale": "The facts have changed; the message was renewed. Please look once more.",
    "slack.noted": "Your approval counts: {given} of {required}.",
    "slack.already": "Already decided. Nothing was changed.",
}
