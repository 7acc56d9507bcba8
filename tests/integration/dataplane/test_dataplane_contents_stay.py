"""Contents never leave the servers: every kind of failure, and no value of a row in what is told.

Each case makes a real server, or our own code, fail on a value that nobody must read elsewhere.
What a step logs, writes into its record, and hands to Step Functions is then searched for it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import closing
from typing import Any

import boto3
import psycopg
import pytest
from botocore.exceptions import ParamValidationError
from psycopg import sql

from redash_migration import wiring
from redash_migration.database.copying.restore import both_ends, restore_between
from redash_migration.database.integrity.foreign_keys import find_orphans, read_foreign_keys
from redash_migration.database.planning.statistics import key_statistics
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.horizon import Horizons, read_horizon
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.verification.compare import Part, compare
from redash_migration.errors import CopyFailed
from redash_migration.failure_text import place, words
from redash_migration.preflight.asking import ask
from redash_migration.record.record import Record
from redash_migration.record.undo.replay import replay
from redash_migration.step import step
from tests.owning import EXECUTION

SECRET = "hunter2-pw-9f3c"
MIGRATION = "redash-20260131-020000"

TABLES = """
CREATE TYPE mood AS ENUM ('calm'); CREATE DOMAIN short AS text CHECK (length(value) < 5);
CREATE TABLE parent (id int PRIMARY KEY, word text UNIQUE);
CREATE TABLE filled (id int PRIMARY KEY, word text);
INSERT INTO filled VALUES (1, '<secret>'), (2, '<secret>');
CREATE TABLE child (id int PRIMARY KEY, word text NOT NULL CHECK (word !~ 'hunter'),
    small varchar(3), of text REFERENCES parent (word), m mood, d short, n int, j jsonb,
    EXCLUDE USING btree (small WITH =));
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'not %', NEW.word; END $$;
CREATE FUNCTION lie() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = NEW.word; END $$;
CREATE FUNCTION build() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE 'SELECT ' || quote_ident(NEW.word); RETURN NEW; END $$;
CREATE TABLE shouts (word text); CREATE TABLE lies (word text); CREATE TABLE builds (word text);
CREATE TRIGGER t BEFORE INSERT ON shouts FOR EACH ROW EXECUTE FUNCTION shout();
CREATE TRIGGER t BEFORE INSERT ON lies FOR EACH ROW EXECUTE FUNCTION lie();
CREATE TRIGGER t BEFORE INSERT ON builds FOR EACH ROW EXECUTE FUNCTION build();
"""

STATEMENTS = {
    "check": "INSERT INTO child (id, word) VALUES (1, '<secret>')",
    "not null": "INSERT INTO child (id, small) VALUES (1, left('<secret>', 3))",
    "unique": "INSERT INTO parent VALUES (1, '<secret>'), (2, '<secret>')",
    "a unique index": "CREATE UNIQUE INDEX twice ON filled (word)",
    "an exclusion": "INSERT INTO child (id, word, small) VALUES (1, 'a', 'x'), (2, 'a', 'x')",
    "a foreign key": "INSERT INTO child (id, word, of) VALUES (1, 'a', '<secret>')",
    "too long": "INSERT INTO child (id, word, small) VALUES (1, 'a', '<secret>')",
    "an enumeration": "SELECT '<secret>'::text::mood",
    "a domain": "SELECT '<secret>'::text::short",
    "a number": "SELECT word::int FROM filled",
    "a date": "SELECT word::date FROM filled",
    "json": "SELECT word::jsonb FROM filled",
    "a cast on the way in": "INSERT INTO child (id, n) SELECT 1, '<secret>'::text::int",
    "a trigger's own words": "INSERT INTO shouts VALUES ('<secret>')",
    "a trigger in disguise": "INSERT INTO lies VALUES ('<secret>')",
    "a statement made of values": "INSERT INTO builds VALUES ('<secret>')",
    "a column made NOT NULL": "ALTER TABLE child ALTER word TYPE int USING word::int",
    "a constraint added": "ALTER TABLE filled ADD CHECK (word <> '<secret>')",
    "a foreign key added": "ALTER TABLE filled ADD FOREIGN KEY (word) REFERENCES parent (word)",
    "a text search": "SELECT to_tsquery('<secret> & ')",
    "a regular expression": "SELECT 'a' ~ ('<secret>' || '(')",
    "an array": "SELECT ('{<secret>')::text::int[]",
    **{
        f"the name of {what}": f"SELECT ('\"' || word || '\"')::{type_} FROM filled"  # noqa: S608
        for what, type_ in (
            ("a table", "regclass"),
            ("a function", "regproc"),
            ("a type", "regtype"),
            ("a role", "regrole"),
            ("a schema", "regnamespace"),
            ("a configuration", "regconfig"),
            ("a dictionary", "regdictionary"),
            ("a collation", "regcollation"),
        )
    },
    "the name of a table's schema": "SELECT ('\"' || word || '\".t')::regclass FROM filled",
    "the name of a function's schema": "SELECT ('\"' || word || '\".t')::regproc FROM filled",
    "the name of a type's schema": "SELECT ('\"' || word || '\".t')::regtype FROM filled",
    "a name of three parts": "SELECT ('\"' || word || '\".a.b')::regclass FROM filled",
    "a name of four parts": "SELECT ('\"' || word || '\".a.b.c')::regclass FROM filled",
    "a signature": "SELECT ('\"' || word || '\"(int)')::regprocedure FROM filled",
    "an operator": "SELECT ('\"' || word || '\".+(int,int)')::regoperator FROM filled",
    "an operator's name": "SELECT ('\"' || word || '\".+')::regoper FROM filled",
    "a privilege's role": "SELECT has_table_privilege(word, 'filled', 'SELECT') FROM filled",
    "a privilege's table": "SELECT has_table_privilege('\"' || word || '\"', 'SELECT') FROM filled",
    "a privilege's column": "SELECT has_column_privilege('filled', word, 'SELECT') FROM filled",
    "a setting": "SELECT current_setting('a.' || word), current_setting(word) FROM filled",
    "a sequence": "SELECT nextval('\"' || word || '\"') FROM filled",
    "a path's variable": "SELECT jsonb_path_query('{}', ('$\"' || word || '\"')::jsonpath)"
    " FROM filled",
    "a path's method": "SELECT jsonb_path_query(to_jsonb(word), '$.double()') FROM filled",
    "a path's date": "SELECT jsonb_path_query(to_jsonb(word), '$.datetime()') FROM filled",
    "a time zone": "SELECT now() AT TIME ZONE word FROM filled",
    "a field of a time": "SELECT date_trunc(word, now()), extract(year FROM now()) FROM filled",
    "an encoding": "SELECT convert_to('a', word) FROM filled",
    "a form of bytes": "SELECT encode('a', word) FROM filled",
    "a key of JSON": "SELECT json_object(ARRAY[word, 'a', NULL, 'b']), json_object_agg(NULL, word)"
    " FROM filled",
    "a member of a record": "SELECT json_populate_record(NULL::child, json_build_object('n', word))"
    " FROM filled",
    "xml": "SELECT xmlparse(DOCUMENT word) FROM filled",
    "a statement of text": "SELECT query_to_xml('SELECT \"' || word || '\"', true, true, '')"
    " FROM filled",
    "a default": "ALTER TABLE filled ADD d int DEFAULT '<secret>'",
    "a file": "SELECT pg_read_file(word) FROM filled",
    "a key that is too large": "INSERT INTO parent SELECT 9, string_agg(md5(n::text), '<secret>')"
    " FROM generate_series(1, 9000) n",
}


def _statement(text: str) -> Callable[[DatabaseAddress], None]:
    def fail(address: DatabaseAddress) -> None:
        with connect(address, purpose="test", read_only=False) as session:
            session.execute(text.replace("<secret>", SECRET).encode())

    return fail


def _copy(address: DatabaseAddress) -> None:
    with (
        connect(address, purpose="test", read_only=False) as session,
        session.cursor() as cursor,
        cursor.copy("COPY child (id, word, n) FROM STDIN") as copy,
    ):
        copy.write(f"1\ta\t{SECRET}\n")


def _client_side(address: DatabaseAddress) -> None:
    with connect(address, purpose="test") as session:
        session.execute("SELECT %s", [f"{SECRET}\x00"])


def _bad_text(address: DatabaseAddress) -> None:
    with connect(address, purpose="test") as session:
        session.execute(sql.SQL("SELECT {}::bytea").format(sql.Literal(f"\\{SECRET}")))


def _wrong_password(address: DatabaseAddress) -> None:
    with connect(address.as_role("nobody_here", SECRET), purpose="test"):
        pass


def _our_own(address: DatabaseAddress) -> None:
    int(f"{SECRET}")


def _a_key(address: DatabaseAddress) -> None:
    dict[str, str]()[SECRET]


def _a_parameter(address: DatabaseAddress) -> None:
    boto3.client("dynamodb", region_name="ap-northeast-1").get_item(
        TableName=1,
        Key={"pk": SECRET},
    )


def _in_a_chain(address: DatabaseAddress) -> None:
    try:
        _statement(STATEMENTS["check"])(address)
    except psycopg.Error as error:
        raise ValueError(f"row {SECRET}") from error


FAILURES: dict[str, Callable[[DatabaseAddress], None]] = {
    **{name: _statement(text) for name, text in STATEMENTS.items()},
    "a table's name": _statement("SELECT FROM not_there WHERE 1 = '<secret>'::text::int"),
    "COPY": _copy,
    "psycopg itself": _client_side,
    "a literal": _bad_text,
    "a password": _wrong_password,
    "Python": _our_own,
    "a key of Python's": _a_key,
    "a call of AWS's": _a_parameter,
    "one failure after another": _in_a_chain,
}


@pytest.mark.parametrize("name", FAILURES)
def test_no_value_is_in_what_a_step_logs_records_or_raises(  # noqa: PLR0917
    name: str,
    source_database: DatabaseAddress,
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    _statement(TABLES)(source_database)
    monkeypatch.setattr(wiring, "record", lambda _: record)
    monkeypatch.setattr(wiring, "record_table", lambda: record.table)
    caplog.set_level(logging.DEBUG, "redash-migration")

    @step("RestoreTable")
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        FAILURES[name](source_database)
        return {}

    with pytest.raises(Exception) as raised:  # noqa: PT011 - whatever leaves the handler
        handler({"migration_id": MIGRATION, "execution_arn": EXECUTION}, None)
    # As Lambda's runtime does: str() of the error, and the lines of its traceback.
    caused = json.dumps({"errorMessage": str(raised.value), "errorType": raised.type.__name__})
    record.undo.add("empty_target", {}, where="database")
    replay(
        record.undo,
        "database",
        {"empty_target": lambda: FAILURES[name](source_database)},
        without={},
        patience=0,
        sleep=lambda _: None,
    )
    out, err = capfd.readouterr()
    kept = [(step_.error, step_.name) for step_ in record.steps.all()], record.undo.all()
    everything = "\n".join((caused, out, err, caplog.text, repr(kept)))

    assert SECRET not in everything
    assert "DETAIL" not in everything
    assert "Traceback" not in everything
    assert record.steps.all()[0].error
    assert raised.value.__cause__ is None


def test_what_may_be_said_is_said(source_database: DatabaseAddress) -> None:
    """Withholding everything would keep the contents in, too."""
    _statement(TABLES)(source_database)

    def told(name: str) -> str:
        with pytest.raises(Exception) as raised:  # noqa: PT011
            FAILURES[name](source_database)
        return words(raised.value)

    assert told("check") == (
        'new row for relation "child" violates check constraint "child_word_check"'
    )
    assert told("a unique index").startswith('could not create unique index "twice" (key: word')
    assert "(key: of of public.child)" in told("a foreign key")
    assert told("a table's name") == 'relation "not_there" does not exist'
    assert told("a number") == "invalid text representation (SQLSTATE 22P02)"
    assert 'password authentication failed for user "nobody_here"' in told("a password")
    assert "test_dataplane_contents_stay.py" in told("Python")


KEYED = """
CREATE TABLE keyed (word text PRIMARY KEY, n int);
INSERT INTO keyed SELECT '<secret>' || n, n FROM generate_series(1, 400) n;
CREATE TABLE up (id int PRIMARY KEY); CREATE TABLE down (word text PRIMARY KEY, up int);
INSERT INTO down VALUES ('<secret>', 7);
ALTER TABLE down ADD CONSTRAINT lost FOREIGN KEY (up) REFERENCES up NOT VALID; ANALYZE
"""


def test_a_row_is_named_by_no_text(
    source_database: DatabaseAddress, target_database: DatabaseAddress
) -> None:
    """A key may be an address or a token: in reports, in failures, as a bound of a range."""
    tables = KEYED.replace("<secret>", SECRET)
    _statement(tables)(source_database)
    _statement(tables)(target_database)
    with closing(open_session(source_database, purpose="test")) as session:
        horizon = read_horizon(session)
        orphans = find_orphans(session, read_foreign_keys(session, [])[0])
        cuts = key_statistics(session, "public", "keyed")
    _statement("UPDATE keyed SET n = -1 WHERE n = 5")(target_database)
    [outcome] = compare(source_database, target_database, [Part("public", "keyed")])
    with both_ends(source_database, target_database) as (reading, writing):
        equal = Horizons(horizon, read_horizon(writing))
        with pytest.raises(CopyFailed) as hopeless:
            restore_between(reading, writing, "public", "keyed", KeyRange(), made_equal=equal)
    told = [str(orphans), repr(outcome), words(hopeless.value)]
    assert all("md5 " in each for each in told)
    assert SECRET not in repr([*told, cuts])


def test_an_answer_of_the_preflight_holds_no_value(source_database: DatabaseAddress) -> None:
    _statement(TABLES)(source_database)

    def question(connection: Any) -> Any:
        connection.execute(f"SELECT '{SECRET}'::text::int")
        yield

    with connect(source_database, purpose="test") as session:
        [answer] = ask(session, {"source.some": question})
    assert answer.status == "UNKNOWN"
    assert SECRET not in repr(answer)


def test_what_psycopg_logs_by_itself_is_not_printed(
    source_database: DatabaseAddress, capfd: pytest.CaptureFixture[str]
) -> None:
    """It does when a pipeline or a COPY is given up."""
    _statement(TABLES)(source_database)
    check = STATEMENTS["check"].replace("<secret>", SECRET).encode()

    def pipe() -> None:
        with (
            open_session(source_database, purpose="test", write=True) as session,
            session.pipeline(),
        ):
            session.execute(check)
            session.execute(check)

    with pytest.raises(psycopg.Error):
        pipe()
    assert SECRET not in "".join(capfd.readouterr())


def test_botocore_quotes_parameters_and_we_do_not() -> None:
    error = ParamValidationError(report=f"Invalid value: {SECRET}")
    assert SECRET in str(error)
    assert SECRET not in words(error)
    assert place(error) == "an unknown place"
