"""What the documents give to be typed can be typed: AWS's options, the Python of this clone."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from botocore.model import OperationModel

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "rehearsal").rglob("*.md")]
)
CODE = [*(ROOT / part for part in ("layers", "functions", "deployment", "rehearsal"))]
_AWS = re.compile(r"\baws ([a-z][a-z0-9]+) ([a-z][a-z0-9-]+)([^`#]*?)(?=`|#|$)")
_GLOBAL = {"query", "output", "region", "profile"}
_OWN = {"configure", "s3"}
"""Commands of the client itself, not of an API."""
_SERVICES = set(botocore.session.get_session().get_available_services()) | {"stepfunctions"}


def _commands(text: str) -> list[tuple[str, str, str]]:
    """Service, operation and the rest of each; a line's end in a backslash is none."""
    return [
        (found[1], found[2], found[3])
        for line in text.replace("\\\n", " ").splitlines()
        for found in _AWS.finditer(line)
        if found[1] in _SERVICES - _OWN
    ]


@cache
def _operation(service: str, operation: str) -> OperationModel:
    model = botocore.session.get_session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    return model.operation_model(names[operation])


def _wrong(service: str, operation: str, rest: str, *, whole: bool) -> list[str]:
    model = _operation(service, operation)
    shape = model.input_shape
    known = {xform_name(name, "-") for name in shape.members} if shape else set()
    given = set(re.findall(r"--([a-z0-9-]+)", rest))
    unknown = {option for option in given if re.sub("^no-", "", option) not in known | _GLOBAL}
    needed = (
        {xform_name(name, "-") for name in shape.required_members} if shape and whole else set()
    )
    return sorted([*unknown, *(f"{name} is missing" for name in needed - given)])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_command_of_the_aws_client_has_the_options_it_takes_and_those_it_needs(
    page: Path,
) -> None:
    found = _commands(page.read_text(encoding="utf-8"))
    assert {
        f"{service} {operation}": wrong
        for service, operation, rest in found
        if (wrong := _wrong(service, operation, rest, whole=True))
    } == {}


def test_so_has_one_in_a_text_of_ours() -> None:
    texts = [path.read_text("utf-8") for part in CODE for path in part.rglob("*.py")]
    found = [one for text in texts for one in _commands(text)]
    assert ("sts", "get-caller-identity") in {one[:2] for one in found}
    assert [one for one in found if _wrong(*one, whole=False)] == []


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("aws sns confirm-subscription --topic-arn a --token b", []),
        ("aws sns confirm-subscription --topic a --token b", ["topic", "topic-arn is missing"]),
        ("aws dynamodb delete-table", ["table-name is missing"]),
    ],
)
def test_a_wrong_one_is_seen(command: str, wrong: list[str]) -> None:
    assert _wrong(*_commands(command)[0], whole=True) == wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_module_of_ours_is_run_by_the_python_that_make_sets_up(page: Path) -> None:
    """Another one has not what it needs; on many machines there is no ``python`` at all."""
    text = re.sub(r"<!--.*?-->", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    runs = re.findall(r"([\w./]*python3?) (?:-m )?([a-z_]+)[\w.]*", text)
    ours = {python for python, name in runs if (ROOT / name).is_dir() or name == "decide"}
    assert ours <= {".venv/bin/python"}
