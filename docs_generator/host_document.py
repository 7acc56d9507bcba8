"""The old host's Systems Manager document: every script fixed, every value a checked parameter.

``host/`` holds the scripts (POSIX sh) and the programs that run inside Redash's containers. They
become one document of the stack's own; whoever may run it can choose an action and its parameters,
and nothing else. A parameter is put into the script as text, between single quotes and in one
place only, so its pattern must let no quote and no line break through. Texts that may be anything
(a database's name) travel as base64.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from redash_migration.host.commands import PARAMETERS
from redash_migration.host.schema_dump import PART_CHARACTERS
from redash_migration.replication.mappings import CANARY_SCHEMA
from redash_migration.traffic.proof.in_redash.program import bare, program

ACTIONS = {
    "inspect": ("inspect",),
    "ping": ("ping",),
    "prepare": ("prepare",),
    "unprepare": ("unprepare",),
    "dump": ("dump",),
    "drain": ("drain",),
    "stop": ("stop",),
    "start": ("start",),
    "answers": ("answers",),
    "prove": ("prove",),
    "retire": ("retire",),
}
"""Action -> the scripts that it runs, after ``common``."""

PROGRAMS = ("entry", "settings", "queues", "answers", "forward")
VARIABLES = {
    "Action": "action",
    "Directory": "directory",
    "Key": "key",
    "Database": "database_text",
    "Role": "role_text",
    "Containers": "containers_text",
    "Port": "port",
    "Part": "part",
    "DrainSeconds": "drain",
}
"""Parameter -> the shell variable that holds it."""


def host_document(root: Path) -> dict[str, Any]:
    """The document's content; ValueError when a script could be broken by what goes into it."""
    described = {
        name: {
            "type": "String",
            "description": parameter.meaning,
            **({"default": parameter.default} if parameter.default is not None else {}),
            **({"allowedValues": sorted(ACTIONS)} if name == "Action" else {}),
            **({"allowedPattern": parameter.pattern} if name != "Action" else {}),
        }
        for name, parameter in PARAMETERS.items()
    }
    return {
        "schemaVersion": "2.2",
        "description": "What the Redash migration does on the old host, and nothing else.",
        "parameters": described,
        "mainSteps": [
            {
                "action": "aws:runShellScript",
                "name": "host",
                "inputs": {
                    "timeoutSeconds": "{{ TimeoutSeconds }}",
                    "runCommand": [whole_script(root)],
                },
            }
        ],
    }


def whole_script(root: Path) -> str:
    """One POSIX shell script with all actions; ``{{ Name }}`` stands where a parameter goes."""
    given = [f"{variable}='{{{{ {name} }}}}'" for name, variable in VARIABLES.items()]
    fixed = [f"canary='{CANARY_SCHEMA}'", f"limit={PART_CHARACTERS}"]
    programs = [
        f"{name}_program='{_quoted(program)}'" for name, program in programs_in_redash(root).items()
    ]
    body = [_script(root / "host" / "common.sh"), "case $action in"]
    for action, parts in ACTIONS.items():
        body.append(f"{action})")
        body += [_script(root / "host" / f"{part}.sh") for part in parts]
        body.append(";;")
    body += ['*) give_up "no such action" ;;', "esac"]
    fixed_text = "\n".join([*fixed, *programs, *body]) + "\n"
    if "{{" in fixed_text:
        raise ValueError("host/: two braces together would be a parameter of the document")
    return "\n".join(given) + "\n" + fixed_text


def programs_in_redash(root: Path) -> dict[str, str]:
    """What is run by the python of Redash's own containers, however old that is, by name."""
    programs = root / "layers/redash_migration/redash_migration/traffic/proof/in_redash"
    files = [root / "host" / f"{name}.py" for name in PROGRAMS]
    files.append(programs / "questions.py")
    return {**{file.stem: bare(file.read_text("utf-8")) for file in files}, "prover": program()}


def host_document_yaml(root: Path) -> str:
    """The file that the template includes."""
    text: str = yaml.dump(
        host_document(root), Dumper=_Dumper, sort_keys=False, width=10**6, allow_unicode=True
    )
    return f"# Made of the scripts beside it by `python -m docs_generator`.\n{text}"


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, which a reader of a change can read."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def _script(path: Path) -> str:
    return _without_comments(path)


def _quoted(program: str) -> str:
    return program.replace("'", "'\\''")


def _without_comments(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line.rstrip() for line in lines if not re.match(r"\s*#", line) and line.strip()]
    return "\n".join(kept)
