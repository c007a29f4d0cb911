"""The PostgreSQL that other tests lean on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.postgres import Server, embedded, shared_url


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def test_the_run_shares_one_server() -> None:
    assert shared_url() == shared_url()
    assert ask(shared_url(), "SELECT 1") == 1


def test_chinese_is_text_and_sorts_by_code_point(server: Server) -> None:
    assert ask(server.url, "SHOW server_encoding") == "UTF8"
    assert ask(server.url, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"
    assert ask(server.url, "SELECT '一般' < '重大' AND 'Z' < 'a'") is True


def test_trigrams_know_chinese_words(server: Server) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert connection.execute("SELECT cardinality(show_trgm('灭火器')) > 0").fetchone() == (True,)


@pytest.mark.parametrize("crash", [False, True])
def test_what_was_committed_outlives_a_stop(server: Server, crash: bool) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept AS SELECT 'here' AS it")
    server.stop(crash=crash)
    with pytest.raises(psycopg.OperationalError):
        ask(server.url, "SELECT 1")
    server.start()
    assert ask(server.url, "SELECT it FROM kept") == "here"


def test_two_servers_do_not_meet(server: Server) -> None:
    with Server() as other:
        assert other.url != server.url
        assert ask(other.url, "SELECT current_setting('data_directory')") != ask(
            server.url, "SELECT current_setting('data_directory')"
        )


def test_the_embedded_one_serves_too_even_from_a_folder_that_only_root_may_enter(tmp_path: Path) -> None:
    package = embedded().parents[1]
    for part in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.with_name(part), tmp_path / part, symlinks=True)
    with Server(tmp_path / package.name / "pginstall" / "bin") as server:
        assert str(ask(server.url, "SHOW server_version")).startswith("18.")


def test_a_removed_server_leaves_nothing() -> None:
    server = Server().start()
    data = Path(str(ask(server.url, "SHOW data_directory")))
    server.remove()
    assert not data.parent.exists()
