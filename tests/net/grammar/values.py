"""Types that a column may have, each with values at its edges, and with keys in any number."""

from __future__ import annotations

from dataclasses import dataclass

TYPES = """
CREATE TYPE mood AS ENUM ('zeal', 'mirth', 'awe', '');
CREATE TYPE pair AS (a integer, "b c" text);
CREATE DOMAIN price AS numeric(9, 2) CHECK (VALUE IS NULL OR VALUE > -100000);
CREATE DOMAIN label AS text NOT NULL DEFAULT 'none';
CREATE DOMAIN code AS integer;
CREATE TYPE span AS RANGE (subtype = integer);
CREATE TYPE own;
CREATE FUNCTION own_in(cstring) RETURNS own IMMUTABLE STRICT LANGUAGE internal AS 'int4in';
CREATE FUNCTION own_out(own) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'int4out';
CREATE TYPE own (INPUT = own_in, OUTPUT = own_out, LIKE = integer);
CREATE FUNCTION own_lt(own, own) RETURNS boolean IMMUTABLE STRICT LANGUAGE internal AS 'int4lt';
CREATE FUNCTION own_le(own, own) RETURNS boolean IMMUTABLE STRICT LANGUAGE internal AS 'int4le';
CREATE FUNCTION own_eq(own, own) RETURNS boolean IMMUTABLE STRICT LANGUAGE internal AS 'int4eq';
CREATE FUNCTION own_ge(own, own) RETURNS boolean IMMUTABLE STRICT LANGUAGE internal AS 'int4ge';
CREATE FUNCTION own_gt(own, own) RETURNS boolean IMMUTABLE STRICT LANGUAGE internal AS 'int4gt';
CREATE FUNCTION own_cmp(own, own) RETURNS integer IMMUTABLE STRICT LANGUAGE internal
    AS 'btint4cmp';
CREATE OPERATOR < (LEFTARG = own, RIGHTARG = own, FUNCTION = own_lt);
CREATE OPERATOR <= (LEFTARG = own, RIGHTARG = own, FUNCTION = own_le);
CREATE OPERATOR = (LEFTARG = own, RIGHTARG = own, FUNCTION = own_eq);
CREATE OPERATOR >= (LEFTARG = own, RIGHTARG = own, FUNCTION = own_ge);
CREATE OPERATOR > (LEFTARG = own, RIGHTARG = own, FUNCTION = own_gt);
CREATE OPERATOR CLASS own_ops DEFAULT FOR TYPE own USING btree AS OPERATOR 1 <, OPERATOR 2 <=,
    OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 own_cmp(own, own);
CREATE CAST (integer AS own) WITH INOUT AS ASSIGNMENT;
"""
"""The last as an extension brings it: compared by operators of its own alone."""


@dataclass(frozen=True)
class Type:
    """A type in SQL; `values` are SQL expressions, NULL aside; `key` is one over a number n that is
    another for every n from 1, "" for types that are no key here."""

    sql: str
    values: tuple[str, ...]
    key: str = ""
    since: int = 13


def _quoted(*values: str) -> tuple[str, ...]:
    return tuple("'" + value.replace("'", "''") + "'" for value in values)


_TEXTS = _quoted(
    "", " ", "a", "A", "ä\u0308", "日本語", "\\", "'", '"', "\t\n", "a\x7f", "NULL", "{}"
)
_NUMBERS = ("0", "1", "-1", "12.50", "12.5", "0.001")

POOL = (
    Type("smallint", ("0", "-32768", "32767"), "n"),
    Type("integer", ("0", "-2147483648", "2147483647"), "n"),
    Type("integer", ("0", "7"), "2147483647 - n"),
    Type("bigint", ("0", "'-9223372036854775808'", "9223372036854775807"), "n * 4294967296"),
    Type("bigint", ("1", "4294967296"), "9223372036854775807 - n"),
    Type("numeric", (*_NUMBERS, "'NaN'", "1e40", "-1e-40"), "n / 10.0"),
    Type("numeric(12, 3)", (*_NUMBERS, "'NaN'"), "n - 50"),
    Type("numeric(9, 2)", _NUMBERS, "n"),
    Type("real", ("0", "'-0'", "0.1", "3e38", "'NaN'", "'Infinity'"), "n - 20"),
    Type("double precision", ("0", "'-0'", "0.1", "1e-300", "'NaN'", "'-Infinity'"), "n / 7.0"),
    Type("money", ("0", "'-12.34'", "'1,000.00'"), "n::integer"),
    Type("boolean", ("true", "false")),
    Type("text", _TEXTS, "chr(30 + n::integer % 90) || n"),
    Type('text COLLATE "C"', _TEXTS, "'k' || n"),
    Type("varchar(30)", _TEXTS, "repeat('x', n::integer % 5) || n"),
    Type("varchar", _TEXTS, "'v' || n"),
    Type("char(5)", _quoted("", "a", "a b", "日本"), "n"),
    Type('"char"', _quoted("", "a", "z")),
    Type("name", _quoted("", "a name", "日本"), "'n' || n"),
    Type("bytea", _quoted("", "\\x00", "\\xdeadbeef"), "decode(md5(n::text), 'hex')"),
    Type("json", _quoted("null", '{"a": 1.0,  "a": 2}', "[]", '"日本"')),
    Type("jsonb", _quoted("null", '{"a": 1.0}', '{"a": 1.00}', "[]"), "to_jsonb(n)"),
    Type("uuid", _quoted("00000000-0000-0000-0000-000000000000"), "md5(n::text)::uuid"),
    Type(
        "date",
        _quoted("2020-02-29", "infinity", "-infinity", "0044-03-15 BC", "20000-01-01"),
        "date '0999-12-20' + n::integer",
    ),
    Type("time", _quoted("00:00", "24:00", "12:34:56.789012"), "time '00:00' + n * interval '1 s'"),
    Type("timetz", _quoted("00:00+14", "24:00-12")),
    Type(
        "timestamp",
        _quoted("2020-01-01", "infinity", "4713-01-01 BC"),
        "timestamp '1999-12-31' + n * interval '1 us'",
    ),
    Type(
        "timestamptz",
        _quoted("2020-01-01 00:00+09", "-infinity", "294276-01-01"),
        "timestamptz '1999-12-31' + n * interval '7 h'",
    ),
    Type("timestamptz", _quoted("2020-01-01 00:00+09", "1970-01-01 00:00:00.000001+00")),
    Type("interval", _quoted("1 day", "24 hours", "-1 mon 1 us", "0"), "n * interval '25 h'"),
    Type("inet", _quoted("10.0.0.1", "10.0.0.1/8", "::1"), "inet '10.0.0.0' + n"),
    Type("cidr", _quoted("10.0.0.0/8", "::/0")),
    Type("macaddr", _quoted("08:00:2b:01:02:03")),
    Type("macaddr8", _quoted("08:00:2b:01:02:03:04:05")),
    Type("bit(5)", ("B'00000'", "B'10101'")),
    Type("bit varying", ("B''", "B'1'", "B'01'")),
    Type("point", _quoted("(0,-0)", "(1e300,NaN)")),
    Type("box", _quoted("(1,1),(0,0)")),
    Type("path", _quoted("[(0,0),(1,1)]", "((0,0))")),
    Type("polygon", _quoted("((0,0),(1,1),(2,0))")),
    Type("circle", _quoted("<(0,0),1>")),
    Type("tsvector", _quoted("", "a:1A b:2,3", "日本"), "to_tsvector('simple', 'w' || n)"),
    Type("tsquery", _quoted("", "a & !b", "a <-> b:*")),
    Type(
        "xml",
        _quoted("<a/>", "<a>  </a>", '<?xml version="1.0" encoding="UTF-8"?><a/>', "text"),
    ),
    Type(
        "integer[]",
        _quoted("{}", "{1,NULL}", "{{1,2},{3,4}}", "[0:1]={1,2}"),
        "ARRAY[n::integer, -n::integer]",
    ),
    Type("text[]", _quoted("{}", '{"a,b",NULL,"NULL"}', "{日本}"), "ARRAY['a', n::text]"),
    Type("numeric[]", _quoted("{NaN,1.0}", "{1.00}")),
    Type("int4range", _quoted("empty", "[1,5)", "(,)"), "int4range(n::integer, n::integer + 1)"),
    Type("tstzrange", _quoted("[2020-01-01,infinity]", "empty")),
    Type("int4multirange", _quoted("{}", "{[1,2),[5,9)}"), since=14),
    Type("span", _quoted("[1,3)")),
    Type("oid", ("0", "4294967295")),
    Type("xid8", _quoted("0", "18446744073709551615")),
    Type("pg_lsn", _quoted("0/0", "FFFFFFFF/FFFFFFFF"), "pg_lsn '0/1' + 0::numeric + n", since=14),
    Type("regclass", _quoted("pg_class", "pg_type")),
    Type("regtype", _quoted("integer", "mood")),
    Type("jsonpath", _quoted("$.a", "strict $[*] ? (@ > 1)")),
    Type("mood", _quoted("zeal", "awe", "")),
    Type("mood[]", _quoted("{}", '{zeal,""}')),
    Type("pair", ("ROW(1, 'x')", "ROW(NULL, NULL)", "ROW(1, '')"), "ROW(n::integer, 'x')::pair"),
    Type("pair[]", ("ARRAY[ROW(1, 'x,y')]::pair[]",)),
    Type("price", ("0", "1.5", "'NaN'"), "n"),
    Type("price[]", _quoted("{1.50,2}")),
    Type("label", _quoted("", "a")),
    Type("code", ("0", "-5"), "n - 10"),
    Type("own", _quoted("0", "-7"), "n::integer"),
    Type("own[]", _quoted("{}", "{1,-2}"), "ARRAY[n::text::own]"),
)
