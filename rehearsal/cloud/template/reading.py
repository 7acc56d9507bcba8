"""The template as CloudFormation would see it: SAM's transform done, local paths kept."""

from __future__ import annotations

import copy
import logging
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LOCAL = "local"
"""The bucket name that marks a path beside the template."""

PATHS = ("CodeUri", "ContentUri", "DefinitionUri")


class TemplateError(ValueError):
    """The template can't be deployed here; the message names the place and the remedy."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads YAML in C where that was built, which takes an eighth of the time."""


def parse_template(text: str) -> dict[str, Any]:
    """A template as it is written; ``!Ref x`` and the like as ``{"Ref": "x"}``."""
    from samtranslator.yaml_helper import intrinsics_multi_constructor

    _Loader.add_multi_constructor("!", intrinsics_multi_constructor)
    parsed: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    return parsed


def read_template(path: Path, region: str) -> dict[str, Any]:
    """Read a SAM or CloudFormation template and transform it to plain CloudFormation.

    SAM wants code in S3: a local path becomes ``s3://local/<path>`` before the transform and is
    found again afterwards by :func:`local_path`. Files that the template includes are read in, as
    ``sam package`` and CloudFormation do together.
    """
    transformed = _transformed(path.name, path.read_text(encoding="utf-8"), region)
    return copy.deepcopy(_with_included(transformed, path))


@cache
def _transformed(file: str, text: str, region: str) -> dict[str, Any]:
    """The transform is done once for a text: many stacks of a test process share it."""
    import boto3.session
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    # Its metrics complain at the end that nobody collected them.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    template = parse_template(text)
    if "Transform" not in template:
        return template
    places = [template.get("Globals", {}).get("Function", {})]
    places += [found.get("Properties") or {} for found in template["Resources"].values()]
    for properties in places:
        for name in PATHS:
            if isinstance(properties.get(name), str):
                properties[name] = f"s3://{LOCAL}/{properties[name].strip('/')}"
    session = boto3.session.Session(region_name=region)
    translator = Translator({}, Parser(), boto_session=session)
    try:
        translated: dict[str, Any] = translator.translate(template, parameter_values={})
    except InvalidDocumentException as problem:
        causes = "; ".join(str(cause.message) for cause in problem.causes)
        raise TemplateError(f"{file}: SAM's transform refuses it: {causes}") from problem
    return translated


def _with_included(part: Any, template: Path) -> Any:
    """``part`` with each ``Fn::Transform`` of ``AWS::Include`` replaced by the file it names."""
    if isinstance(part, list):
        return [_with_included(one, template) for one in part]
    if not isinstance(part, dict):
        return part
    if "Fn::Transform" in part:
        match part["Fn::Transform"]:
            case {"Name": "AWS::Include", "Parameters": {"Location": str(location)}}:
                file = template.parent / location
                if not file.is_file():
                    raise TemplateError(f"{template.name}: includes {location}, which isn't there")
                return _snippet(file.name, file.read_text(encoding="utf-8"))
        raise TemplateError(f"{template.name}: can't be rehearsed: {part}")
    return {name: _with_included(one, template) for name, one in part.items()}


@cache
def _snippet(file: str, text: str) -> Any:
    """An included file; CloudFormation takes no ``!Ref`` and the like in one."""
    try:
        return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except yaml.YAMLError as problem:
        raise TemplateError(f"{file}: no plain YAML, as an included file must be") from problem


def local_path(template: Path, location: dict[str, Any]) -> Path:
    """The file or folder that an S3 location stands for."""
    bucket = location.get("S3Bucket", location.get("Bucket"))
    key = location.get("S3Key", location.get("Key", ""))
    if bucket != LOCAL:
        raise TemplateError(f"{bucket}/{key}: only code beside the template can be rehearsed")
    path: Path = (template.parent / key).resolve()
    return path
