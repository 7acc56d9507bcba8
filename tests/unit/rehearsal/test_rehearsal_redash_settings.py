"""Which secret Redash takes, and what it can't do without."""

from __future__ import annotations

import pytest

from rehearsal.redash.settings import MissingVariable, Settings

URL = {"REDASH_DATABASE_URL": "postgresql+psycopg2://u:p@h/d", "REDASH_COOKIE_SECRET": "cookie"}


def test_an_absent_secret_key_falls_back_and_an_empty_one_does_not() -> None:
    assert Settings.from_env(URL).secret_key == "cookie"
    assert Settings.from_env({**URL, "REDASH_SECRET_KEY": ""}).secret_key == ""
    assert Settings.from_env({**URL, "REDASH_SECRET_KEY": "key"}).secret_key == "key"


def test_queues_in_both_spellings() -> None:
    assert Settings.from_env({**URL, "QUEUES": "a,b c"}).queues == {"a", "b", "c"}


@pytest.mark.parametrize("name", ["REDASH_DATABASE_URL", "REDASH_COOKIE_SECRET"])
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(MissingVariable, match=name):
        Settings.from_env({key: value for key, value in URL.items() if key != name})


def test_the_driver_in_a_url_is_left_out() -> None:
    assert Settings.from_env(URL).database_url == "postgresql://u:p@h/d"
