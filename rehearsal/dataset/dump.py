"""Somebody's own dump put into an empty database, whatever pg_dump's format."""

from __future__ import annotations

import gzip
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, cast

import psycopg

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.postgres import programs

REDASH_TABLES = frozenset({"organizations", "users", "data_sources", "queries", "query_results"})

# What may fail without harm: owners and grants to roles of another server, settings of another
# release, extensions that this server doesn't have (Redash needs none), the schema public.
_HARMLESS = re.compile(
    r'role "[^"]*" does not exist|unrecognized configuration parameter'
    r'|extension "[^"]*" (is not available|does not exist|has no installation script)'
    r"|could not open extension control file"
    r'|schema "public" already exists|language "plpgsql" already exists'
)


class DumpNotRestored(Exception):
    """The dump can't be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class RestoredDump:
    """What came of it: the messages of statements that failed without harm."""

    ignored: tuple[str, ...]


def restore_dump(address: DatabaseAddress, file: Path, bin_dir: Path) -> RestoredDump:
    """Restore a dump of one Redash database into an empty one.

    Takes pg_dump's custom, directory and tar formats and plain SQL, the latter gzipped as well.
    Owners and privileges are left out. Raises DumpNotRestored, also when no Redash is in it.
    """
    head = _head(file)
    if file.is_dir() or head.startswith(b"PGDMP") or head[257:262] == b"ustar":
        errors = _restore_archive(address, file, bin_dir)
    else:
        _check_plain(file, head)
        errors = _run_script(address, file, bin_dir)
    grave = [error for error in errors if not _HARMLESS.search(error)]
    if grave:
        more = f" (and {len(grave) - 1} more)" if len(grave) > 1 else ""
        raise DumpNotRestored(f"SOURCE_DUMP: {file} could not be restored: {grave[0]}{more}")
    _check_redash(address, file)
    with psycopg.connect(**address.parameters(), autocommit=True) as connection:  # type: ignore[arg-type]
        connection.execute("ANALYZE")
    return RestoredDump(tuple(errors))


def check_dump(file: Path) -> None:
    """Look at its beginning alone, without any server; raises DumpNotRestored."""
    try:
        head = _head(file)
    except (OSError, EOFError) as error:
        why = getattr(error, "strerror", None) or error
        raise DumpNotRestored(f"SOURCE_DUMP: {file} can't be read: {why}") from None
    if not (file.is_dir() or head.startswith(b"PGDMP") or head[257:262] == b"ustar"):
        _check_plain(file, head)


def _head(file: Path) -> bytes:
    if not file.exists():
        raise DumpNotRestored(
            f"SOURCE_DUMP: {file} does not exist; give the path of a pg_dump file"
        )
    if file.is_dir():
        if not (file / "toc.dat").exists():
            raise DumpNotRestored(
                f"SOURCE_DUMP: {file} is a directory, but not one of pg_dump --format=directory"
            )
        return b""
    if not file.is_file():
        raise DumpNotRestored(f"SOURCE_DUMP: {file} is no file; write the dump into one first")
    with _opened(file) as stream:
        head = stream.read(1 << 20)
    if not head:
        raise DumpNotRestored(f"SOURCE_DUMP: {file} is empty; make the dump again")
    if head.startswith(b"PGDMP") and file.suffix == ".gz":
        raise DumpNotRestored(f"SOURCE_DUMP: {file} is a gzipped custom dump; gunzip it first")
    return head


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    with file.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if not zipped:
            yield raw
            return
        with gzip.GzipFile(fileobj=raw) as stream:
            yield cast("IO[bytes]", stream)


def _check_plain(file: Path, head: bytes) -> None:
    if b"PostgreSQL database cluster dump" in head or re.search(rb"^\\connect ", head, re.M):
        raise DumpNotRestored(
            f"SOURCE_DUMP: {file} changes the database by itself (pg_dumpall, or pg_dump --create);"
            " make it with: pg_dump --format=custom <database>"
        )
    if b"PostgreSQL database dump" not in head[:4096]:
        raise DumpNotRestored(
            f"SOURCE_DUMP: {file} is not a dump of PostgreSQL;"
            " make it with: pg_dump --format=custom <database>"
        )


def _restore_archive(address: DatabaseAddress, file: Path, bin_dir: Path) -> list[str]:
    options = ["--no-owner", "--no-acl", "--dbname", address.dbname]
    if file.is_dir() or _head(file).startswith(b"PGDMP"):
        options += ["--jobs", "2"]
    # An archive can be newer than the old server's programs; then the new server's read it.
    for programs_dir in (bin_dir, programs("target")):
        finished = subprocess.run(
            [str(programs_dir / "pg_restore"), *options, str(file)],
            env=_environment(address),
            capture_output=True,
            check=False,
        )
        said = finished.stderr.decode(errors="replace")
        if "unsupported version" not in said:
            break
    else:
        raise DumpNotRestored(
            f"SOURCE_DUMP: {file} was made by a newer pg_dump than any pg_restore here;"
            " set TARGET_PG_BIN to that release's programs"
        )
    errors = _server_errors(said)
    if finished.returncode and not errors:
        lines = said.strip().splitlines() or ["pg_restore failed"]
        raise DumpNotRestored(f"SOURCE_DUMP: {file} could not be restored: {lines[-1]}")
    return errors


def _run_script(address: DatabaseAddress, file: Path, bin_dir: Path) -> list[str]:
    # psql, since recent dumps begin with \restrict, which nothing else understands.
    process = subprocess.Popen(
        [str(bin_dir / "psql"), "--no-psqlrc", "--quiet", "--output", "/dev/null"],
        env=_environment(address),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with process, _opened(file) as stream:
        said = _feed(process, stream)
    if process.returncode:
        lines = said.strip().splitlines() or ["psql failed"]
        raise DumpNotRestored(f"SOURCE_DUMP: {file} could not be restored: {lines[-1]}")
    return _server_errors(said)


def _feed(process: subprocess.Popen[bytes], stream: IO[bytes]) -> str:
    """What psql says on stderr while it is given the script."""

    assert process.stdin is not None  # noqa: S101
    assert process.stderr is not None  # noqa: S101
    said: list[bytes] = []
    reader = Thread(target=lambda pipe: said.append(pipe.read()), args=[process.stderr])
    reader.start()
    try:
        while chunk := stream.read(1 << 20):
            process.stdin.write(chunk)
        process.stdin.close()
    except BrokenPipeError:
        pass  # psql ended; it says why
    reader.join()
    return b"".join(said).decode(errors="replace")


def _environment(address: DatabaseAddress) -> dict[str, str]:
    return {**address.environment(), "LC_ALL": "C", "PATH": "/usr/bin:/bin"}


def _server_errors(said: str) -> list[str]:
    return [found.strip() for found in re.findall(r"(?:ERROR|FATAL):\s+(.*)", said)]


def _check_redash(address: DatabaseAddress, file: Path) -> None:
    with psycopg.connect(**address.parameters()) as connection:  # type: ignore[arg-type]
        rows = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    missing = REDASH_TABLES - {name for (name,) in rows}
    if missing:
        raise DumpNotRestored(
            f"SOURCE_DUMP: {file} holds no Redash: no table {', '.join(sorted(missing))}"
        )
