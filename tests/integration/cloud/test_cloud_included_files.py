"""Files that a template includes: read in for a deployment, refused where CloudFormation would."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.cloud import TemplateError
from rehearsal.cloud.template.reading import read_template

TEMPLATE = """\
Resources:
  A:
    Type: AWS::SSM::Document
    Properties:
      Content:
        Fn::Transform: {transform}
"""
INCLUDE = "{ Name: AWS::Include, Parameters: { Location: part.yaml } }"


def read(folder: Path, transform: str, part: str | None) -> object:
    template = folder / "template.yaml"
    template.write_text(TEMPLATE.replace("{transform}", transform))
    if part is not None:
        (folder / "part.yaml").write_text(part)
    return read_template(template, "eu-west-1")["Resources"]["A"]["Properties"]["Content"]


def test_an_included_file_stands_where_it_is_named(tmp_path: Path) -> None:
    assert read(tmp_path, INCLUDE, "a: '1'\nb: |-\n  x\n  y\n") == {"a": "1", "b": "x\ny"}


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    assert read(tmp_path, INCLUDE, "a: '1'\n") == {"a": "1"}
    assert read(tmp_path, INCLUDE, "a: '2'\n") == {"a": "2"}


@pytest.mark.parametrize(
    ("transform", "part", "words"),
    [
        (INCLUDE, None, "template.yaml: includes part.yaml, which isn't there"),
        (INCLUDE, "a: !Ref B\n", "part.yaml: no plain YAML"),
        ("{ Name: AWS::Macro, Parameters: { Location: part.yaml } }", "a: b\n", "can't be rehear"),
    ],
)
def test_what_cannot_be_included(
    tmp_path: Path, transform: str, part: str | None, words: str
) -> None:
    with pytest.raises(TemplateError, match=words):
        read(tmp_path, transform, part)
