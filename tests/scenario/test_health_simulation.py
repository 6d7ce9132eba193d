"""planwise health: what surrounds the store."""

import json
import shutil
import subprocess
import sys


def lines(shell, *arguments, status=0):
    done = shell.run(*arguments, "health", "--output", "json")
    assert done.returncode == status, done.stdout + done.stderr
    return {line["component"]: line for line in json.loads(done.stdout)["components"]}


def test_everything_is_covered_and_a_missing_simulation_is_no_fault(shell):
    shell.ok("setup")
    found = lines(shell)
    assert {"file", "lock", "store", "schema", "spool", "disk", "file system", "simulation", "cache", "levers", "log"} <= found.keys()
    assert found["simulation"]["state"] == "ok" and "--simulation" in found["simulation"]["message"]
    assert all(line["remedy"] for line in found.values() if line["state"] != "ok")


def test_a_named_simulation_that_is_missing_or_no_database_fails(shell):
    shell.ok("setup")
    found = lines(shell, "--simulation", "none.duckdb", status=1)
    assert found["simulation"]["state"] == "failed" and found["simulation"]["remedy"]
    (shell.folder / "simulation.duckdb").write_text("no database at all, not even a little one")
    assert lines(shell, status=1)["simulation"]["state"] == "failed", "a simulation.duckdb that is here counts as named"


def test_years_behind_the_settings_are_told(shell):
    shell.ok("setup")
    shell.ok("census", "generate", "--people", "200", "--out", "census.csv")
    shell.ok("simulate", "--census", "census.csv", "--years", "2025-2026", "--save-to", "two.duckdb")
    found = lines(shell, "--simulation", "two.duckdb")
    assert {found[name]["state"] for name in ("simulation", "simulation tables", "recent data")} == {"ok"}
    subprocess.run([sys.executable, "-c", "import duckdb; duckdb.connect('two.duckdb').execute("
                    "'DELETE FROM fct_workforce_snapshot WHERE simulation_year = 2026')"], cwd=shell.folder, check=True)
    found = lines(shell, "--simulation", "two.duckdb")
    assert found["recent data"]["state"] == "warning" and "2026" in found["recent data"]["message"]


def test_the_log_that_is_written_is_named(shell):
    shell.ok("setup")
    assert "run.log" in lines(shell, "--log-file", "run.log")["log"]["message"]


def test_the_real_database_is_healthy(shell, shared):
    shell.ok("setup")
    shutil.copyfile(shared / "simulation.duckdb", shell.folder / "simulation.duckdb")
    found = lines(shell)
    assert found["simulation tables"]["state"] == "ok"
    assert "2025 to 2029" in found["recent data"]["message"] and found["recent data"]["state"] == "ok"
