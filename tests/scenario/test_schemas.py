"""One kept database of every schema opens, with everything in it."""

import gzip

import pytest
from conftest import ROOT

STORES = ROOT / "tests/fixtures/stores"


def unpacked(shell, name):
    path = shell.folder / f"{name}.duckdb"
    path.write_bytes(gzip.decompress((STORES / f"{name}.duckdb.gz").read_bytes()))
    return path


def test_schema_0_migrates_after_a_copy_and_is_verified(shell):
    path = unpacked(shell, "schema-0")
    before = path.read_bytes()
    plan = shell.json("--db", path, "store", "migrate", "--dry-run")
    assert (plan["from"], plan["adopted_runs"]) == (0, 40)
    assert path.read_bytes() == before, "a dry run changes nothing"
    done = shell.run("--db", path, "--legacy-timezone", "America/New_York", "list", "--output", "json")
    assert done.returncode == 0 and "verified after the migration: 40 runs, all fits" in done.stderr
    copies = list(shell.folder.glob("schema-0.duckdb.before-schema-*"))
    assert len(copies) == 1 and copies[0].read_bytes() == before
    assert shell.json("--db", path, "verify")["clean"]
    assert len(shell.json("--db", path, "exports")) == 11


@pytest.mark.parametrize("zone, created", [("UTC", "2025-08-13T18:00:00.933511Z"), ("America/New_York", "2025-08-13T22:00:00.933511Z")])
def test_fault_15_times_of_an_older_store_are_converted_once(shell, zone, created):
    path = unpacked(shell, "schema-0")
    for _ in range(2):
        run = shell.json("--db", path, "--legacy-timezone", zone, "show", "459277b6-cf60-4f43-a9ff-9b6c8e1b4587")
        assert run["metadata"]["created_at"] == created


def test_fault_21_searches_of_an_older_store(shell):
    path = unpacked(shell, "schema-0")
    # There % and _ were wildcards (40 and 3 runs), here they are characters; and the case of a letter does not count.
    for text, total in (("a_b", 1), ("it's", 1), ("🚀", 1), ("zzz", 0), ("UPPER", 2)):
        assert shell.json("--db", path, "list", "--text", text, "--limit", "100")["total"] == total, text


def test_schema_1(shell):
    path = unpacked(shell, "schema-1")
    assert shell.json("--db", path, "list")["total"] == 2
    assert [v["version"] for v in shell.json("--db", path, "history", "fixture-2")] == [1, 2]
    assert shell.json("--db", path, "trash", "list")[0]["run_id"] == "fixture-3"
    assert shell.run("--db", path, "delete", "fixture-1").returncode == 5
    assert shell.json("--db", path, "verify")["clean"]


def test_schema_1_inside_a_simulation_file_migrates_without_keys(shell):
    path = unpacked(shell, "schema-1-shared")
    listed = shell.json("--db", path, "list")
    assert listed["total"] == 3
    assert {run["run_id"]: run["run_state"] for run in listed["runs"]}["fixture-running"] == "unknown"
    assert len(list(shell.folder.glob("schema-1-shared.duckdb.before-schema-2.*"))) == 1
    keys = shell.json("--db", path, "sql", "SELECT count(*) AS keys FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'")
    assert keys == [{"keys": 0}]
    assert shell.json("--db", path, "sql", "SELECT count(*) AS n FROM fct_yearly_events") == [{"n": 10}]
    assert shell.json("--db", path, "verify")["clean"]
    shell.ok("--db", path, "store", "move", shell.folder / "own.duckdb")
    assert shell.json("--db", shell.folder / "own.duckdb", "list")["total"] == 3
    assert shell.json("--db", shell.folder / "own.duckdb", "verify")["clean"]
