"""The rules of docs/design.md, each with the breaks that take it out, or why the net has none."""

from __future__ import annotations

RULES: dict[str, tuple[str, ...] | str] = {
    # Tables at the edges
    "the key of a table": ("include-keys", "deferrable-keys"),
    "columns called as ours": ("keys-by-their-places",),
    "tables that read alike": ("names-that-read-alike",),
    "rows that pass through functions": ("search-path",),
    "values that name objects": ("values-that-name-objects",),
    "TRUNCATE of a replicated table": ("emptied-by-truncate",),
    "backslashes, money": ("names-with-backslashes", "pinned-settings"),
    "long rows": "a row that shows it takes a minute and gigabytes of memory",
    "no key": ("no-key",),
    "inheritance, partitions": (
        *("inheritance-only", "inheritance-by-dms", "partitions-by-dms", "hash-partitions"),
        "foreign-keys-of-partitioned-tables",
    ),
    "indexes": ("partition-indexes", "indexes-with-comments"),
    "unique indexes that are damaged": "no statement damages one",
    "triggers and rules ENABLE ALWAYS or REPLICA": (
        *("always-triggers", "replica-triggers", "rules-that-fire", "triggers-fire-again"),
    ),
    "constraints NOT VALID": ("not-valid", "comments-on-late-constraints"),
    "ranges of keys": ("bounds-in-text-order",),
    "a key that only an extension's operators compare (ltree, hstore, vector)": (
        "keys-of-own-types",
    ),
    "a unique value that moves between two ranges": ("room-for-moved-values",),
    "names with %, [ or ]": ("wildcard-names",),
    "NaN, dates infinite or beyond four digits": ("nan-and-infinity",),
    "values that a server does not read as another sends them": (
        *("empty-tsquery", "binary-form-of-own-types"),
    ),
    "what else DMS does not carry as it is": (
        *("names-alike-but-for-case", "replica-identity", "unlogged", "generated-by-dms"),
        *("identity-by-dms", "generated-columns", "enumerations", "numbers-without-precision"),
        *("texts-of-any-length", "lobs-in-keys", "checks-on-lobs", "domains-that-forbid-null"),
    ),
    # Nothing is silently wrong
    "visibility": ("row-security", "policies-for-strangers"),
    "rows of extensions": ("extension-rows",),
    "large objects": ("large-objects",),
    "sequences": (
        *("sequence-steps", "sequence-never-called", "sequence-cycle", "sequence-behind-values"),
        "sequence-of-an-expression",
    ),
    "beside the schema": (
        *("rights", "rights-that-are-narrowed", "default-privileges", "settings-of-the-database"),
        *("materialized-views", "materialized-views-in-order", "owners"),
        "publications-of-schemas",
    ),
    "settings and order": "both servers have the same locales and defaults here, and a warning"
    " is no outcome",
    "event triggers": ("event-triggers",),
    "encodings": (
        *("texts-that-are-no-utf8", "hash-in-other-encodings", "json-keys-in-other-encodings"),
    ),
    "triggers": ("triggers-quiet",),
    "a target taken back": "no source is taken back here",
    "what the write pause judges": ("orphans", "foreign-keys-proved", "not-null-again"),
    "what was written during an early copy": ("horizon",),
    "the schema's drift": ("drift", "drift-of-policies-and-comments", "owners-of-sequences"),
}
"""By the rule's name in the tables "Tables at the edges" and "Nothing is silently wrong"."""
