"""Selection rules choose tables as the service does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.dms.faults import InvalidParameterValue
from rehearsal.dms.task.mappings import TableMappings

TABLES = [
    ("public", "data_sources"),
    ("public", "dataXsources"),
    ("public", "Queries"),
    ("public", "queries"),
    ("audit", "queries"),
]


def rule(schema: str, table: str, action: str = "include", number: int = 1) -> dict[str, Any]:
    return {
        "rule-type": "selection",
        "rule-id": number,
        "rule-name": f"r{number}",
        "object-locator": {"schema-name": schema, "table-name": table},
        "rule-action": action,
    }


def parse(*rules: dict[str, Any]) -> TableMappings:
    return TableMappings.parse(json.dumps({"rules": list(rules)}))


@pytest.mark.parametrize(
    ("schema", "table", "selected"),
    [
        ("%", "%", TABLES),
        ("public", "queries", [("public", "queries")]),
        ("pub%", "%ueries", [("public", "Queries"), ("public", "queries")]),
        ("public", "data_sources", [("public", "data_sources"), ("public", "dataXsources")]),
        ("public", "data[_]sources", [("public", "data_sources")]),
        ("public", "[Qq]ueries", [("public", "Queries"), ("public", "queries")]),
        ("public", "[a-m]%", [("public", "data_sources"), ("public", "dataXsources")]),
        ("public", "data.sources", []),
        ("PUBLIC", "%", []),
    ],
)
def test_wildcards(schema: str, table: str, selected: list[tuple[str, str]]) -> None:
    assert parse(rule(schema, table)).select(TABLES) == sorted(selected)


def test_an_exclusion_outranks_every_inclusion() -> None:
    found = parse(rule("public", "%"), rule("%", "queries", "exclude", 2)).select(TABLES)
    assert found == [("public", "Queries"), ("public", "dataXsources"), ("public", "data_sources")]


def test_an_explicit_rule_means_what_it_says() -> None:
    found = parse(rule("public", "data_sources", "explicit"))
    assert found.select(TABLES) == [("public", "data_sources")]
    assert found.explicit() == [("public", "data_sources")]
    assert parse(rule("public", "gone", "explicit")).select(TABLES) == []


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "not JSON"),
        ("[]", '"rules" must be a list'),
        ('{"rules": []}', '"rules" must be a list'),
        ('{"rules": [1]}', "rule 1 is not an object"),
    ],
)
def test_a_document_that_is_none(document: str, said: str) -> None:
    with pytest.raises(InvalidParameterValue) as raised:
        TableMappings.parse(document)
    assert raised.value.sentence.startswith("Invalid Table Mappings document: ")
    assert said in raised.value.sentence


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([rule("a", "b"), rule("a", "c")], 'rule 2: rule-id "1" is used twice'),
        ([{**rule("a", "b"), "rule-name": ""}], 'rule 1 has no "rule-name"'),
        ([{**rule("a", "b"), "rule-action": "omit"}], 'rule-action "omit"'),
        ([{**rule("a", "b"), "rule-type": "transformation"}], 'rule-type "transformation"'),
        ([{**rule("a", "b"), "object-locator": {}}], "schema-name and table-name"),
        ([{**rule("a", "b"), "object-locator": None}], 'rule 1 has no "object-locator"'),
        ([{**rule("a", "b"), "filters": [{}]}], '"filters"'),
        ([rule("a", "b%", "explicit")], "takes no wildcards"),
    ],
)
def test_a_rule_that_is_wrong_is_named(rules: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(InvalidParameterValue) as raised:
        parse(*rules)
    assert said in raised.value.sentence
