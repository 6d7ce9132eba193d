"""The main job beside and inside a simulation's own database, on a temporary copy of the real one."""

import gzip
import shutil
import subprocess
import sys

from conftest import FIXTURES

# An older store inside the simulation's file, as the earlier program made it there.
PUT_INSIDE = """
import duckdb, sys
c = duckdb.connect(sys.argv[1])
c.execute(f"ATTACH '{sys.argv[2]}' AS old (READ_ONLY)")
for (table,) in c.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'old'").fetchall():
    c.execute(f"CREATE TABLE {table} AS SELECT * FROM old.{table}")
"""


def copies(shell, shared):
    simulation = shell.folder / "simulation.duckdb"
    shutil.copyfile(shared / "simulation.duckdb", simulation)
    older = shell.folder / "older.duckdb"
    older.write_bytes(gzip.decompress((shared / "legacy/database/legacy.duckdb.gz").read_bytes()))
    return simulation, older


def main_job(shell, database, total):
    page = shell.json("--db", database, "list", "--limit", "100")
    assert page["total"] == total
    chosen = [run["run_id"] for run in shell.json("--db", database, "list", "type:advanced_scipy", "--limit", "3")["runs"]]
    assert len(chosen) == 3
    assert len(shell.json("--db", database, "compare", *chosen)["run_ids"]) == 3
    for form, target in (("json", "o.json"), ("csv", "o_csv"), ("excel", "o.xlsx"), ("parquet", "o.parquet"), ("pickle", "o.pkl")):
        shell.ok("--db", database, "export", chosen[0], "--format", form, "--to", target, "--force")
    assert shell.json("--db", database, "verify")["clean"]
    return {run["run_id"]: run["content_hash"] for run in page["runs"]}


def test_an_older_store_inside_the_simulation_file_works_there_and_after_a_move(shell, shared):
    simulation, older = copies(shell, shared)
    subprocess.run([sys.executable, "-c", PUT_INSIDE, simulation, older], check=True)
    shell.ok("--db", simulation, "--legacy-timezone", "America/New_York", "store", "migrate", "--dry-run")
    shell.ok("--db", simulation, "--legacy-timezone", "America/New_York", "store", "migrate")
    inside = main_job(shell, simulation, 40)
    keys = subprocess.run([sys.executable, "-c", "import duckdb, sys; print(duckdb.connect(sys.argv[1], read_only=True).execute("
                           "\"SELECT count(*) FROM duckdb_tables() WHERE has_primary_key AND table_name LIKE 'optimization_%'\").fetchone()[0])",
                           simulation], capture_output=True, text=True, check=True).stdout.strip()
    assert keys == "0", "no key is made in a file that holds other tables"
    shell.ok("--db", simulation, "store", "move", "planwise.duckdb")
    assert main_job(shell, "planwise.duckdb", 40) == inside


def test_a_new_store_beside_the_simulation_file(shell, shared):
    simulation, older = copies(shell, shared)
    done = shell.run("--db", simulation, "setup")
    assert done.returncode == 1 and "--db" in done.stdout, "a new store is not made inside the simulation's file"
    shell.ok("setup")
    shell.ok("import", older, "--timezone", "America/New_York")
    main_job(shell, "planwise.duckdb", 40)
    again = shell.json("import", older, "--timezone", "America/New_York")
    assert (again["added"], again["known"]) == (0, 40)
