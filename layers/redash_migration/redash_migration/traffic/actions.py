"""Listener actions: the maintenance answer, the forward to the new home, what was there before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>Redash</title>'
    '<body style="font:18px/1.6 system-ui,sans-serif;max-width:32em;'
    'margin:20vh auto;padding:0 1em">'
    "<h1>{title}</h1><p>{text}</p>"
)
_TEXTS = {
    "en": ("Redash is moving", "It will be back in a few minutes. Nothing you saved is lost."),
    "ja": (
        "Redash を移行しています",
        "数分で再開します。保存済みの内容が失われることはありません。",
    ),
}
MESSAGE_LIMIT = 1024
"""Elastic Load Balancing API Reference, FixedResponseActionConfig: MessageBody."""


def maintenance(language: str) -> list[dict[str, Any]]:
    """The answer that users get during the write pause: 503 and a short page."""
    title, text = _TEXTS.get(language, _TEXTS["en"])
    page = _PAGE.format(language=language, title=title, text=text)
    return [
        {
            "Type": "fixed-response",
            "FixedResponseConfig": {
                "StatusCode": "503",
                "ContentType": "text/html",
                "MessageBody": page[:MESSAGE_LIMIT],
            },
        }
    ]


def forward_to(target_group: str) -> list[dict[str, Any]]:
    """All traffic to one target group, without stickiness: never a split between two databases."""
    return [
        {
            "Type": "forward",
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": target_group, "Weight": 1}],
                "TargetGroupStickinessConfig": {"Enabled": False},
            },
        }
    ]


def target_groups(actions: Iterable[Mapping[str, Any]]) -> list[str]:
    """The target groups that actions send traffic to, weight 0 left out."""
    found: list[str] = []
    for action in actions:
        groups = action.get("ForwardConfig", {}).get("TargetGroups", [])
        found += [group["TargetGroupArn"] for group in groups if group.get("Weight", 1)]
        if not groups and action.get("TargetGroupArn"):
            found.append(action["TargetGroupArn"])
    return list(dict.fromkeys(found))


def is_maintenance(actions: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the last of the actions is a fixed answer with 503."""
    last = list(actions)[-1:]
    return bool(last) and last[0].get("FixedResponseConfig", {}).get("StatusCode") == "503"


def replaced(
    before: Iterable[Mapping[str, Any]], last: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The actions with their last one, the routing one, replaced.

    A listener may authenticate users first (authenticate-oidc, authenticate-cognito); those
    actions stay. Orders are counted anew.
    """
    kept = [dict(action) for action in before if action.get("Type", "").startswith("authenticate")]
    chain = kept + [dict(action) for action in last]
    if len(chain) == 1:
        return chain
    return [{**action, "Order": number} for number, action in enumerate(chain, start=1)]
