"""The results as a section of docs/performance.md and as pictures beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import pause, steps
from benchmarks.chart import chart
from benchmarks.dataplane import copying, sequences, verifying
from benchmarks.timing import Ratio, Series, ratio

BEGIN = "<!-- results: written by python -m benchmarks -->"
END = "<!-- end of results -->"

Results = Mapping[str, Any]


def write(page: Path, results: Results) -> None:
    """Put the results between the marks of the page, and the pictures into its folder."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    body = "\n\n".join([_machine(results), *_sections(results, page.parent)])
    page.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", encoding="utf-8")


def series_of(found: Mapping[str, Sequence[float]]) -> dict[str, Series]:
    """Series as they are kept in JSON: runs by name."""
    return {name: Series(name, tuple(runs)) for name, runs in found.items()}


def _machine(results: Results) -> str:
    about = results["machine"]
    return (
        f"{about['at']}: {about['cores']} cores shared by both servers and the client,"
        f" PostgreSQL {about['source']} to {about['target']}, Python {about['python']},"
        " fsync on. Ratios are medians of runs paired in one round, with the least and the most."
    )


def _sections(results: Results, folder: Path) -> list[str]:
    sections = []
    if found := results.get("pause"):
        sections.append(pause.pause_section(found["runs"], found["scale"]))
    if found := results.get("steps"):
        sections.append(steps.steps_section(found["runs"], found["earlier"]))
    for own_words, found in (results.get("copying") or {}).items():
        series = series_of(found["series"])
        sections.append(
            f"### Copying `queries` ({found['rows']:,} rows, {found['bytes'] / 1e6:,.0f} MB of"
            f" query and search vector as text, GIN index, {own_words} % of each query's words"
            " in no other)\n\n"
            + _table(series, copying.PIPE)
            + "\n\n"
            + _against(series, copying.DELTA, copying.DUMP, "10 times as fast", inverse=True)
            + "\n"
            + _against(series, copying.OURS, copying.PIPE, "at most 0.5")
        )
    if found := results.get("verifying"):
        series = series_of(found["all_tables"])
        limits = "\n".join(
            f"| {name} | {_middle(one, 'checksum')} | {_middle(one, 'scan')} |"
            f" {ratio(one['checksum'], one['scan'])} |"
            for name, one in ((n, series_of(runs)) for n, runs in found["by_table"].items())
        )
        sections.append(
            "### Verifying all tables, both sides at once, one connection on each\n\n"
            + _table(series, verifying.TEXT)
            + "\n\n"
            + _against(series, verifying.OURS, verifying.TEXT, "at most 0.6")
            + "\n\n| table | checksum, s | COPY binary to /dev/null, s | ratio (aims: 1.3; 1.9"
            " with a tsvector) |\n" + "|---|---|---|---|\n" + limits
        )
    if found := results.get("sequences"):
        for count, runs in found.items():
            series = series_of(runs)
            sections.append(
                f"### {int(count):,} sequences, from last_value and the columns' maxima\n\n"
                + _table(series, sequences.BLOCK)
                + "\n\n"
                + _against(series, sequences.OURS, sequences.BLOCK, "at most 0.4")
            )
    for name, about in {
        **(results.get("scaling") or {}),
        **(results.get("returning") or {}),
    }.items():
        picture = folder / f"performance-{name}.svg"
        lines = {line: [(x, y) for x, y in points] for line, points in about["lines"].items()}
        picture.write_text(
            chart(about["title"], about["across"], "seconds", lines), encoding="utf-8"
        )
        sections.append(f"![{about['title']}]({picture.name})")
    if found := results.get("returning"):
        sections.append(_returning(found))
    if found := results.get("memory"):
        rows = "\n".join(
            f"| {name} | {' | '.join(f'{size / 2**20:.0f}' for size in sizes.values())} |"
            for name, sizes in found["megabytes"].items()
        )
        heads = " | ".join(f"{int(count):,} rows, MB" for count in found["rows"])
        sections.append(
            "### Memory at its highest, a process each\n\n"
            f"| handler's work | {heads} |\n|---|{'---|' * len(found['rows'])}\n{rows}"
        )
    if found := results.get("functions"):
        rows = "\n".join(
            f"| {one['name']} | {one['seconds'] * 1000:.0f} | {one['ratio']:.2f} |"
            f" {', '.join(one['modules']) or '-'} | {one['bytes']:,} |"
            f" {_megabytes(one.get('peak_memory'))} | {_megabytes(one.get('granted_memory'))} |"
            for one in found["imports"]
        )
        sizes = ", ".join(f"{name} {size / 2**20:.1f} MB" for name, size in found["layers"].items())
        sections.append(
            "### Each function: its import (against a boto3 client alone), and its memory in a"
            " rehearsal of small scale\n\n"
            "| function | ms of CPU | ratio | draws in | own bytes | peak, MB | granted, MB |\n"
            "|---|---|---|---|---|---|---|\n"
            f"{rows}\n\nLayers, unpacked, without bytecode: {sizes}."
        )
    return sections


def _returning(found: Results) -> str:
    tables = []
    for about in found.values():
        lines: Mapping[str, Any] = about["lines"]
        across = [int(x) for x, _ in next(iter(lines.values()))]
        heads = " | ".join(f"{count:,}" for count in across)
        body = "\n".join(
            f"| {name} | {' | '.join(f'{y:.2f}' for _, y in points)} |"
            for name, points in lines.items()
        )
        tables.append(
            f"{about['title']}, seconds by {about['across']}:\n\n"
            f"| way | {heads} |\n|---|{'---|' * len(across)}\n{body}"
        )
    return "### The return's delta of `queries`, one run each\n\n" + "\n\n".join(tables)


def _table(series: Mapping[str, Series], against: str) -> str:
    rows = "\n".join(
        f"| {name} | {one.middle:.2f} | {ratio(one, series[against])} |"
        for name, one in sorted(series.items(), key=lambda item: item[1].middle)
    )
    return f"| way | median, s | ratio to *{against}* |\n|---|---|---|\n{rows}"


def _against(
    series: Mapping[str, Series], way: str, other: str, aim: str, *, inverse: bool = False
) -> str:
    found = ratio(series[way], series[other])
    if inverse:
        found = Ratio(1 / found.middle, 1 / found.most, 1 / found.least)
        return f"- {way}: {found} times as fast as {other} (aim: {aim})"
    return f"- {way}: {found} of {other} (aim: {aim})"


def _megabytes(size: int | None) -> str:
    return "-" if size is None else f"{size / 2**20:.0f}"


def _middle(series: Mapping[str, Series], name: str) -> str:
    return f"{series[name].middle:.2f}"
