"""What each command prints, and how it ends."""

import json
import signal
import stat
import subprocess
import sys
import time

import pytest
from conftest import BINARY, FIXTURES, sample_run


def test_save_prints_the_id_and_nothing_else(shell):
    done = shell.run("save", "-", input=json.dumps(sample_run()))
    assert done.returncode == 0
    assert len(done.stdout.strip().splitlines()) == 1
    run_id = done.stdout.strip()
    assert shell.json("show", run_id)["metadata"]["scenario_id"] == "merit_2026"


def test_save_new_id_gives_a_new_id(shell):
    run = sample_run()
    run["metadata"]["run_id"] = "fixed-id-1"
    assert shell.save(run) == "fixed-id-1"
    other = shell.save(run, "--new-id")
    assert other != "fixed-id-1"
    assert shell.json("list")["total"] == 2


def test_fault_1_and_11_nothing_is_overwritten_and_totals_are_of_everything(shell):
    run = sample_run()
    run["metadata"]["run_id"] = "fixed-id-1"
    shell.save(run)
    run["results"]["objective_value"] = 9
    done = shell.run("save", "-", input=json.dumps(run))
    assert done.returncode == 4
    assert "revise" in done.stderr
    for i in range(60):
        shell.save(sample_run(f"s{i}"))
    page = shell.json("list", "--limit", "5")
    assert page["total"] == 61 and len(page["runs"]) == 5


def test_list_jsonl_is_one_object_a_line(shell):
    for i in range(3):
        shell.save(sample_run(f"s{i}"))
    lines = shell.ok("list", "--limit", "2", "--output", "jsonl", "-q").splitlines()
    assert len(lines) == 2
    assert {"run_id", "scenario_id", "objective_value", "tags"} <= json.loads(lines[0]).keys()


def test_fault_4_queries_are_literal_and_combine(shell):
    shell.save(sample_run("alpha"))
    plain = sample_run("beta")
    plain["metadata"]["business_justification"] = "100 xxsure"
    shell.save(plain)
    assert shell.json("list", '"100 %_sure"')["total"] == 1
    assert shell.json("list", 'scenario:alpha status:completed objective<0.3 param.cola_rate>=0.02 tag:q4 not risk:HIGH')["total"] == 1
    assert shell.json("list", "alpha or beta")["total"] == 2


def test_a_wrong_query_points_at_the_character(shell):
    shell.save(sample_run())
    done = shell.run("list", "objektive<0.3")
    assert done.returncode == 2
    assert "objective" in done.stderr and "^" in done.stderr


def test_exit_statuses(shell):
    assert shell.run("list").returncode == 3, "no store is not an empty store (fault 17)"
    shell.save(sample_run())
    assert shell.run("show", "unknown-run").returncode == 3
    assert shell.run("delete", "unknown-run").returncode == 3, "fault 26"
    assert shell.run("nonsense").returncode == 64
    assert shell.run("list", "--output", "xml").returncode == 64
    (shell.folder / "broken.duckdb").write_text("this is no database, only a text that is long enough")
    assert shell.run("--db", "broken.duckdb", "list").returncode == 9


def test_an_error_as_json_where_json_is_asked_for(shell):
    shell.save(sample_run())
    done = shell.run("show", "unknown-run", "--output", "json")
    assert json.loads(done.stderr)["error"]["code"] == "not_found"


def test_trash_restore_purge_and_lock(shell):
    run_id = shell.save(sample_run("Geheimnis"))
    shell.ok("lock", run_id, "--reason", "board")
    assert shell.run("delete", run_id).returncode == 5
    shell.ok("unlock", run_id)
    before = shell.ok("show", run_id, "--output", "json")
    shell.ok("delete", run_id)
    assert shell.json("trash", "list")[0]["run_id"] == run_id
    assert "trash" in shell.run("show", run_id).stderr
    shell.ok("trash", "restore", run_id)
    assert shell.ok("show", run_id, "--output", "json") == before
    shell.ok("delete", run_id)
    assert shell.run("trash", "purge", run_id).returncode == 2, "a purge wants --yes"
    shell.ok("trash", "purge", run_id, "--yes")
    assert b"Geheimnis" not in (shell.folder / "planwise.duckdb").read_bytes()
    assert "all fits" in shell.ok("verify")


def test_versions_history_diff_revise_annotate_as_of(shell):
    run = sample_run()
    run["metadata"]["run_id"] = "fixed-id-1"
    shell.save(run)
    time.sleep(0.05)
    shell.ok("annotate", "fixed-id-1", "--tag", "board", "--notes", "agreed")
    run["results"]["objective_value"] = 0.5
    (shell.folder / "corrected.json").write_text(json.dumps(run))
    assert shell.run("revise", "fixed-id-1", "corrected.json").returncode == 64, "a reason is required"
    assert shell.ok("revise", "fixed-id-1", "corrected.json", "--reason", "typing error").strip() == "fixed-id-1 version 2"
    assert [v["state"] for v in shell.json("history", "fixed-id-1")] == ["superseded", "current"]
    paths = {change["path"] for change in shell.json("diff", "fixed-id-1", "1", "2")}
    assert "results.objective_value" in paths
    log = shell.json("audit", "log", "--run", "fixed-id-1")
    assert [entry["action"] for entry in log] == ["save", "annotate", "revise"]
    assert log[2]["actor"] == "tester" and log[2]["source"] == "cli"
    at_first = log[0]["recorded_at"]
    assert shell.json("show", "fixed-id-1", "--as-of", at_first)["metadata"]["tags"] == ["q4"]


def test_seal_and_proof(shell):
    shell.save(sample_run())
    shell.ok("audit", "seal", "--to", "seal.json")
    shell.save(sample_run())
    assert "holds" in shell.ok("audit", "prove", "seal.json")
    subprocess.run([sys.executable, "-c", "import duckdb; c = duckdb.connect('planwise.duckdb'); "
                    "c.execute('DELETE FROM optimization_audit_log')"], cwd=shell.folder, check=True)
    assert shell.run("audit", "prove", "seal.json").returncode == 1


def test_audit_log_as_csv_and_workbook(shell):
    shell.save(sample_run())
    shell.ok("audit", "log", "--to", "log.csv")
    header = (shell.folder / "log.csv").read_text().splitlines()[0]
    assert header == "sequence,time_utc,user,session,source,action,run_id,version,field,old,new,reason,entry_hash"
    shell.ok("audit", "log", "--to", "log.xlsx")
    assert (shell.folder / "log.xlsx").read_bytes()[:2] == b"PK"
    assert shell.run("audit", "log", "--to", "log.csv").returncode == 4


def test_sql_reads_and_nothing_else(shell):
    shell.save(sample_run())
    assert shell.json("sql", "SELECT count(*) AS n FROM optimization_runs") == [{"n": 1}]
    assert shell.run("sql", "DELETE FROM optimization_runs").returncode == 10
    assert shell.run("sql", "COPY optimization_runs TO 'x.csv'").returncode == 10
    assert shell.run("sql", "SELECT * FROM read_csv('/etc/passwd')").returncode != 0


def test_files_are_for_their_owner_alone(shell):
    run_id = shell.save(sample_run())
    shell.ok("export", run_id, "--to", "out.json")
    shell.ok("export", run_id, "--format", "csv", "--to", "out")
    for name in ("planwise.duckdb", "planwise.duckdb.wal", "out.json"):
        path = shell.folder / name
        if path.exists():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, name
    assert stat.S_IMODE((shell.folder / "out").stat().st_mode) == 0o700


def test_no_colour_in_a_pipe_and_columns_can_be_chosen(shell):
    shell.save(sample_run())
    text = shell.ok("list", "--columns", "scenario_id,objective_value")
    assert "\x1b" not in text
    assert text.splitlines()[0].split() == ["SCENARIO", "OBJECTIVE"]
    assert shell.run("list", "--columns", "nothing").returncode == 2


def test_locale_and_time_zone_change_no_byte(shell):
    run = sample_run()
    run["metadata"].update(run_id="fixed-id-1", created_at="2026-03-01T10:00:00Z")
    shell.save(run)
    outputs = {shell.run("show", "fixed-id-1", "--output", "json", env={"TZ": zone, "LC_ALL": locale}).stdout
               for zone in ("UTC", "Asia/Kathmandu") for locale in ("C", "de_DE.UTF-8")}
    outputs = {json.dumps({**json.loads(text), "metadata": {**json.loads(text)["metadata"], "updated_at": None}}) for text in outputs}
    assert len(outputs) == 1


def test_employee_ssn_appears_nowhere(shell):
    run = sample_run()
    run["simulation_data"] = {"workforce_snapshots": [{"employee_id": "E1", "employee_ssn": "SSN-123-45-6789"}]}
    run_id = shell.save(run)
    for args in (("show", run_id, "--output", "json"), ("export", run_id, "--to", "out.json"), ("audit", "log", "--output", "json"),
                 ("export", run_id, "--format", "csv", "--to", "out")):
        assert "123-45-6789" not in shell.ok(*args)
    for path in shell.folder.rglob("*"):
        if path.is_file():
            assert b"123-45-6789" not in path.read_bytes(), path


def test_interrupting_an_export_leaves_nothing(shell):
    for batch in range(4):
        runs = [sample_run(f"s{batch}-{i}", parameter_history=[{"cola_rate": 0.01}] * 400) for i in range(50)]
        (shell.folder / "runs.json").write_text(json.dumps([{**r["results"], "scenario_id": r["metadata"]["scenario_id"]} for r in runs]))
        shell.ok("import", "runs.json")
    process = subprocess.Popen([str(BINARY), "export", "--all", "--format", "excel", "--to", "big.xlsx"], cwd=shell.folder, env=shell.env,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    left = [path.name for path in shell.folder.iterdir() if path.name.startswith(("big", ".big"))]
    assert process.returncode == 130 and left == [] or process.returncode == 0 and left == ["big.xlsx"]


def test_completion_knows_the_commands(shell):
    for name in ("bash", "zsh", "fish"):
        text = shell.ok("completion", name)
        assert "compare" in text and "trash" in text
    (shell.folder / "complete.bash").write_text(shell.ok("completion", "bash"))
    subprocess.run(["bash", "-n", "complete.bash"], cwd=shell.folder, check=True)


def test_inspect_prints_plain_and_tagged(shell):
    path = FIXTURES / "pickle_plain"
    if not path.exists():
        pytest.skip("the fixture is not here")
    files = sorted(path.glob("dict__p4.pkl")) or sorted(path.glob("*.pkl"))
    assert json.loads(shell.ok("inspect", files[0])) is not None
    assert json.loads(shell.ok("inspect", files[0], "--tagged")) is not None
    (shell.folder / "bad.pkl").write_bytes(b"cos\nsystem\n(S'touch canary'\ntR.")
    done = shell.run("inspect", "bad.pkl")
    assert 1 <= done.returncode <= 127 and "bad.pkl" in done.stderr and "byte" in done.stderr
    assert not (shell.folder / "canary").exists()


def test_setup_reports_four_steps(shell):
    steps = shell.json("setup", "--sample")
    assert [step["step"] for step in steps] == ["tables", "cache directory", "validation", "sample data"]
    assert all(step["state"] == "ok" for step in steps)
    shell.ok("setup", "--sample")
    assert shell.json("list")["total"] == 1, "the sample is added once"


def test_health_and_backup_and_restore(shell):
    shell.save(sample_run("first"))
    assert shell.json("health")["state"] in ("ok", "warning")
    shell.ok("store", "backup", "copy.duckdb")
    shell.save(sample_run("second"))
    shell.ok("store", "restore", "copy.duckdb")
    assert shell.json("list")["total"] == 1
    assert "all fits" in shell.ok("verify")


def test_log_file_is_json_lines(shell):
    shell.save(sample_run())
    shell.run("show", "unknown-run", "--log-file", "log.jsonl")
    line = json.loads((shell.folder / "log.jsonl").read_text().splitlines()[0])
    assert line["level"] == "error"
    assert stat.S_IMODE((shell.folder / "log.jsonl").stat().st_mode) == 0o600


def test_a_running_run_is_updated_by_its_owner_only(shell):
    run = sample_run()
    run["metadata"].update(run_id="fixed-id-1", status="running")
    shell.save(run)
    run["metadata"]["status"] = "completed"
    assert shell.run("save", "-", "--token", "wrong", input=json.dumps(run)).returncode == 6
    shell.save(run)
    assert shell.json("show", "fixed-id-1")["metadata"]["status"] == "completed", "fault 20"


def test_names_from_data_stay_in_the_target_folder(shell):
    run = sample_run("../../escape")
    run["metadata"]["run_id"] = "../../../escape"
    shell.save(run)
    target = shell.folder / "exports"
    target.mkdir()
    for form in ("json", "csv", "excel", "parquet", "pickle"):
        shell.ok("export", "../../../escape", "--format", form, "--to", "exports")
    assert len(list(target.iterdir())) == 5
    assert not list(shell.folder.parent.glob("*escape*"))
