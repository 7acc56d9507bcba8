"""`make check-deploy`: what needs other programs, or longer than a test may take.

Both templates validated by SAM; the application built for both architectures, looked through, its
layers built elsewhere once more, all of it packaged into a local S3; the state machine by
asl-validator, both templates by the security scanner. Needs python3.13 and npx (Node.js) on PATH;
ends with 1 when anything is wrong.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deployment.artifacts import LAYERS, artifacts, digest, problems
from deployment.machine import filled

ROOT = Path(__file__).parents[1]
SAM = ROOT / ".venv-deploy" / "bin" / "sam"
CHECKOV = ROOT / ".venv-deploy" / "scan" / "bin" / "checkov"
BUILDS = ROOT / ".aws-sam" / "check"
ASL_VALIDATOR = "asl-validator@4.0.0"
TEMPLATES = ("template.yaml", "target/template.yaml")
ARCHITECTURES = ("arm64", "x86_64")


class Wrong(Exception):
    """A check that failed, in words for the terminal."""


def main() -> int:
    """Run every check; one that fails doesn't keep the others from their turn."""
    checks: list[tuple[str, Callable[[], None]]] = [
        ("programs", programs),
        *((f"sam validate {one}", lambda one=one: validate(one)) for one in TEMPLATES),
        *((f"sam build {one}", lambda one=one: build(one)) for one in ARCHITECTURES),
        ("layers from another folder", same_layers),
        ("sam package", package),
        ("psycopg layer imports", layer_imports),
        ("asl-validator", state_machine),
        ("checkov", scan),
    ]
    failed = []
    for number, (name, check) in enumerate(checks, start=1):
        print(f"--- {number} of {len(checks)}: {name}", flush=True)
        began = time.monotonic()
        try:
            check()
            print(f"    {time.monotonic() - began:.0f} s", flush=True)
        except Wrong as wrong:
            failed.append(name)
            print(f"FAILED {name}: {wrong}", flush=True)
    print("--- " + (f"failed: {', '.join(failed)}" if failed else "all checks passed"))
    return 1 if failed else 0


def programs() -> None:
    """What has to be on PATH."""
    if not answers(["python3.13", "-m", "pip", "--version"]):
        raise Wrong(
            "python3.13 with pip is not on PATH. Install Python 3.13 (python.org, your system's "
            "packages, pyenv or uv) and make sure that `python3.13 --version` answers."
        )
    if not answers(["npx", "--version"]):
        raise Wrong("npx is not on PATH. Install Node.js 20 or newer, which brings it.")


def answers(command: list[str]) -> bool:
    """Whether a program is there and works (a pyenv shim may be there and not work)."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def run(command: Sequence[str | Path], more: Mapping[str, str] | None = None) -> str:
    """Run a program with ``more`` variables; its output, or Wrong with it."""
    environment = {
        **os.environ,
        **(more or {}),
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", "ap-northeast-1"),
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Wrong(done.stdout.strip()[-4000:] or f"ended with {done.returncode}")
    return done.stdout


def validate(template: str) -> None:
    """SAM's own opinion, with cfn-lint's."""
    print(run([SAM, "validate", "--lint", "--template", template]).strip())


def build(architecture: str) -> None:
    """Build for an architecture and look at every artifact."""
    folder = BUILDS / architecture
    override = f"Arch={architecture}"
    run([SAM, "build", "--build-dir", folder, "--parallel", "--parameter-overrides", override])
    for one in artifacts(folder):
        print(f"{one.name:32} {one.zipped / 1024:9.0f} kB zipped {one.unzipped / 1024:9.0f} kB")
    found = problems(folder)
    if found:
        raise Wrong("; ".join(found[:20]))


def same_layers() -> None:
    """A build elsewhere gives the same layers; else each machine's deploy updates all functions."""
    folder = BUILDS / "elsewhere"
    for layer in LAYERS:
        run([SAM, "build", layer, "--build-dir", folder, "--parameter-overrides", "Arch=arm64"])
        if digest(folder / layer) != digest(BUILDS / "arm64" / layer):
            raise Wrong(f"{layer}: built twice, it differs; does something hold the build's path?")
        print(f"{layer}: {digest(folder / layer)[:16]} both times")


def package() -> None:
    """What `sam deploy` uploads goes into an S3 of this machine, and nothing local is left over."""
    import boto3
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    # One line for each request would say nothing.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        local = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "here",
            "AWS_SECRET_ACCESS_KEY": "here",
        }
        client = boto3.client(
            "s3",
            endpoint_url=local["AWS_ENDPOINT_URL"],
            region_name="us-east-1",
            aws_access_key_id="here",
            aws_secret_access_key=local["AWS_SECRET_ACCESS_KEY"],
        )
        client.create_bucket(Bucket="artifacts")
        packaged = BUILDS / "packaged.yaml"
        built = BUILDS / "arm64" / "template.yaml"
        command: list[str | Path] = [
            SAM,
            "package",
            "--template-file",
            built,
            "--output-template-file",
            packaged,
        ]
        run([*command, "--s3-bucket", "artifacts", "--region", "us-east-1"], local)
    finally:
        server.stop()
    text = packaged.read_text(encoding="utf-8")
    left = re.findall(
        r"^ +(?:CodeUri|ContentUri|DefinitionUri|Location): (?!s3://).+$", text, re.MULTILINE
    )
    if left:
        raise Wrong(f"not uploaded: {'; '.join(line.strip() for line in left[:5])}")
    print(f"{text.count('s3://')} artifacts uploaded, {len(text) / 1024:.0f} kB of template")


def layer_imports() -> None:
    """Python 3.13 of this machine loads its own compiled parts out of the layers."""
    layers = [str(BUILDS / "x86_64" / name / "python") for name in ("PsycopgLayer", "DomainLayer")]
    if platform.system() != "Linux":
        print("left out: the layers are for Linux")
        return
    code = "import psycopg, markupsafe._speedups, redash_migration; print(psycopg.pq.__impl__)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(layers)}
    command = ["python3.13", "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.stdout.strip() != "binary":
        raise Wrong((done.stdout + done.stderr).strip()[-2000:])
    print("psycopg's C implementation, loaded from the layer")


def state_machine() -> None:
    """The definition with its substitutions filled."""
    BUILDS.mkdir(parents=True, exist_ok=True)
    definition = BUILDS / "migration.asl.json"
    definition.write_text(json.dumps(filled(ROOT)), encoding="utf-8")
    run(["npx", "--yes", ASL_VALIDATOR, "--json-path", definition])
    print("the definition is valid")


def scan() -> None:
    """The security scanner; deployment/checkov.yaml gives a reason for each rule left out."""
    files = [part for one in TEMPLATES for part in ("--file", one)]
    print(run([CHECKOV, "--config-file", "deployment/checkov.yaml", *files]).strip())


if __name__ == "__main__":
    sys.exit(main())
