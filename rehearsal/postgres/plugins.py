"""The logical decoding plug-in that DMS asks for, where the programs come without it.

The official image carries test_decoding; the wheel's servers carry pgoutput alone. The rehearsal's
replication decodes with pgoutput whatever the endpoint names, so there test_decoding is another
name for it: what a server needs can then be found missing, or present, as on a real host.
"""

from __future__ import annotations

from pathlib import Path

from rehearsal.postgres.programs import run

_WANTED = "test_decoding"
_AT_HAND = "pgoutput"


def plugin_settings(bin_dir: Path, directory: Path) -> dict[str, str]:
    """Settings that let the server find test_decoding; none when it has its own."""
    if not (bin_dir / "pg_config").exists():
        return {}  # programs from elsewhere bring what they bring
    libraries = Path(run(bin_dir, "pg_config", "--pkglibdir").strip())
    if any(libraries.glob(f"{_WANTED}.*")):
        return {}
    for plugin in libraries.glob(f"{_AT_HAND}.*"):
        link = directory / f"{_WANTED}{plugin.suffix}"
        if not link.is_symlink():
            link.symlink_to(plugin)
        return {"dynamic_library_path": f"{directory}:$libdir"}
    return {}
