"""Choosing the engine of a home, and what the doctor tells of it: real servers, wrong ways, absent libraries."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.command import Batuta
from tests.postgres import new_database, server

SCHEMA = "CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(80));"


def engines(batuta: Batuta, code: int = 0) -> dict[str, Any]:
    found = batuta("doctor", "--json", code=code).json
    assert [engine["name"] for engine in found["engines"]] == ["duckdb", "postgres", "spark"]
    return {engine["name"]: engine for engine in found["engines"]}


def fill(batuta: Batuta, folder: Path) -> None:
    (folder / "person.sql").write_text(SCHEMA, "utf-8")
    (folder / "person.csv").write_text("id,email\n1,ann@example.org\n", "utf-8")
    batuta("schema", "import", folder / "person.sql", "--dialect", "postgres")
    batuta("data", "load", "person", folder / "person.csv")


def test_a_new_home_has_duckdb_and_the_doctor_makes_no_home(tmp_path: Path) -> None:
    batuta = Batuta(tmp_path / "home")
    found = batuta("doctor", "--json").json
    assert found["home"]["engine"] == "duckdb"
    assert found["home"]["problem"] == ""
    assert found["home"]["free_disk_bytes"] > 0
    assert not batuta.home.exists()
    assert batuta("engine", "show", "--json").json == {"kind": "duckdb"}
    told = engines(batuta)
    assert [engine["used"] for engine in told.values()] == [True, False, False]
    assert [engine["can"] for engine in told.values()] == ["tables and runs", "tables and runs", "compiling only"]


def test_the_doctor_tells_what_a_postgres_server_is(tmp_path: Path) -> None:
    batuta = Batuta(tmp_path / "home")
    batuta("engine", "use", "postgres", "--address", new_database())
    found = engines(batuta)["postgres"]
    assert found["used"]
    assert found["reached"]
    assert found["facts"]["encoding"] == "UTF8"
    assert found["facts"]["collation"] == "C"
    assert int(found["facts"]["server"].split(".")[0]) >= 15
    said = batuta("doctor").out
    assert "✓ postgres, the engine of this home: tables and runs" in said
    assert "to do" not in said.partition("✓ postgres")[2].partition("spark: compiling only")[0]


def test_an_address_and_a_password_are_taken_from_where_they_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batuta = Batuta(tmp_path / "home")
    (tmp_path / "address").write_text(new_database() + "\n", "utf-8")
    batuta(
        "engine",
        "use",
        "postgres",
        "--address",
        f"file:{tmp_path / 'address'}",
        "--password",
        "env:SHOP_PASSWORD",
        code=3,
    )
    monkeypatch.setenv("SHOP_PASSWORD", "sesame")
    batuta("engine", "use", "postgres", "--address", f"file:{tmp_path / 'address'}", "--password", "env:SHOP_PASSWORD")
    assert "sesame" not in (batuta.home / "settings.yaml").read_text("utf-8")
    fill(batuta, tmp_path)
    monkeypatch.delenv("SHOP_PASSWORD")
    answer = batuta("data", "load", "person", tmp_path / "person.csv", code=3)
    assert answer.err.startswith(
        "engine of this home: the password is missing: the variable SHOP_PASSWORD is not set\n"
    )
    assert not engines(batuta, code=1)["postgres"]["reached"]


@pytest.mark.parametrize(
    "address",
    ["postgresql://ann:sesame@db.example/shop", "host=db.example password=sesame", "postgresql://db/x?password=sesame"],
)
def test_an_address_that_holds_a_password_is_refused_and_not_repeated(tmp_path: Path, address: str) -> None:
    batuta = Batuta(tmp_path / "home")
    answer = batuta("engine", "use", "postgres", "--address", address, code=2)
    assert "holds a password" in answer.err
    assert "sesame" not in answer.err
    batuta.home.mkdir(exist_ok=True)
    (batuta.home / "settings.yaml").write_text(
        json.dumps({"engine": {"kind": "postgres", "address": address}}), "utf-8"
    )
    answer = batuta("engine", "show", code=1)
    assert "holds a password" in answer.err
    assert "sesame" not in answer.err
    told = batuta("doctor", code=1).out
    assert "holds a password" in told
    assert "sesame" not in told


def test_a_wrong_port_is_told_and_nothing_is_set(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    batuta = Batuta(tmp_path / "home")
    address = f"postgresql://ann@127.0.0.1:{port}/shop"
    answer = batuta("engine", "use", "postgres", "--address", address, code=3)
    assert "shop on 127.0.0.1 cannot be reached" in answer.err
    assert batuta("engine", "show", "--json").json == {"kind": "duckdb"}
    (batuta.home / "settings.yaml").write_text(f"engine: {{kind: postgres, address: '{address}'}}\n", "utf-8")
    found = engines(batuta, code=1)["postgres"]
    assert "cannot be reached" in found["problem"]
    assert found["todo"]


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    address = psycopg.conninfo.make_conninfo(server(), dbname="no_such_shop")
    answer = Batuta(tmp_path / "home")("engine", "use", "postgres", "--address", address, code=3)
    assert "no_such_shop" in answer.err


def test_a_user_without_rights_is_told(tmp_path: Path) -> None:
    address = new_database()
    role = sql.Identifier(f"reader_{psycopg.conninfo.conninfo_to_dict(address)['dbname']}")
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    batuta = Batuta(tmp_path / "home")
    limited = psycopg.conninfo.make_conninfo(address, user=role.as_string().strip('"'))
    answer = batuta("engine", "use", "postgres", "--address", limited, code=3)
    assert "may not do what is needed" in answer.err
    batuta.home.mkdir(exist_ok=True)
    (batuta.home / "settings.yaml").write_text(
        json.dumps({"engine": {"kind": "postgres", "address": limited}}), "utf-8"
    )
    assert engines(batuta, code=1)["postgres"]["problem"] == "the user may not create schemas in the database"


def test_the_engine_of_a_home_with_data_stays(tmp_path: Path) -> None:
    batuta = Batuta(tmp_path / "home")
    fill(batuta, tmp_path)
    answer = batuta("engine", "use", "postgres", "--address", new_database(), code=1)
    assert "this home has data in duckdb, which would stay there" in answer.err
    assert batuta("engine", "show", "--json").json == {"kind": "duckdb"}


def test_a_database_belongs_to_one_home_which_is_told_if_its_data_is_gone(tmp_path: Path) -> None:
    first, second = Batuta(tmp_path / "first"), Batuta(tmp_path / "second")
    address = new_database()
    first("engine", "use", "postgres", "--address", address)
    fill(first, tmp_path)
    answer = second("engine", "use", "postgres", "--address", address, code=1)
    assert "the database belongs to another home" in answer.err
    assert second("engine", "show", "--json").json == {"kind": "duckdb"}
    answer = first("engine", "use", "postgres", "--address", new_database(), code=3)
    assert "the data of this home is gone" in answer.err
    assert first("engine", "show", "--json").json["address"] == address
    assert engines(first)["postgres"]["reached"]


def test_a_home_in_use_is_told_and_is_no_fault(tmp_path: Path) -> None:
    batuta = Batuta(tmp_path / "home")
    fill(batuta, tmp_path)
    opening = f"from batuta.store.home import Home; from pathlib import Path; home = Home(Path({str(batuta.home)!r}))"
    code = f"{opening}; home.take(); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as other:
        while (batuta.home / "home.lock").read_text("utf-8") != str(other.pid):
            assert other.poll() is None
        assert batuta("doctor", "--json").json["home"]["lock"] == f"the home is in use by process {other.pid}"
        other.communicate(b"\n")


@pytest.mark.parametrize(("library", "engine"), [("psycopg", "postgres"), ("pyspark", "spark")])
def test_an_absent_library_is_told(tmp_path: Path, library: str, engine: str) -> None:
    code = f"import sys; sys.modules[{library!r}] = None; from batuta.app import main; main()"
    command = [sys.executable, "-c", code, "--home", str(tmp_path / "home"), "doctor", "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    (found,) = [one for one in json.loads(answer.stdout)["engines"] if one["name"] == engine]
    assert not found["reached"]
    assert found["todo"]


def test_a_java_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    found = engines(Batuta(tmp_path / "home"))["spark"]
    assert found["problem"] in ("there is no Java that answers", "PySpark is not installed")
