"""Forms of output: columns, CSV, JSON, comparison, sections of a run."""

import csv
import io
import json

from conftest import sample_run


def named(name, scenario="merit_2026", **results):
    run = sample_run(scenario, **results)
    run["metadata"]["run_id"] = name
    return run


def rows(shell, *args):
    text = shell.bytes(*args, "--output", "csv").decode()
    assert "\n" not in text.replace("\r\n", ""), "RFC 4180 lines end in CR LF"
    return list(csv.reader(io.StringIO(text, newline="")))


def test_columns_are_chosen_in_every_form(shell):
    shell.save(named("run-a"))
    names = "run_id,param.cola_rate,initial.cola_rate"
    assert shell.json("list", "--columns", names)["runs"] == [{"run_id": "run-a", "param.cola_rate": 0.02, "initial.cola_rate": 0.03}]
    assert json.loads(shell.ok("list", "--columns", "status,run_id", "--output", "jsonl")) == {"status": "completed", "run_id": "run-a"}
    assert rows(shell, "list", "--columns", names) == [names.split(","), ["run-a", "0.02", "0.03"]]
    assert shell.ok("list", "--columns", names).splitlines()[2].split() == ["run-a", "0.02", "0.03"]
    assert shell.json("history", "run-a", "--columns", "version,action") == [{"version": 1, "action": "save"}]
    for wrong in ("nothing", "nothing.at_all"):
        done = shell.run("list", "--columns", wrong)
        assert done.returncode == 2 and "there is no column" in done.stderr


def test_csv_has_the_same_columns_with_and_without_runs(shell):
    shell.save(named("run-a"))
    full = rows(shell, "list")
    empty = rows(shell, "list", "scenario:none")
    assert empty == full[:1] and len(full[1]) == len(full[0])
    assert full[0] == list(shell.json("list")["runs"][0])


def test_all_prints_everything_in_order_and_says_how_much_there_is(shell):
    runs = [{**sample_run()["results"], "scenario_id": f"s{i:03}"} for i in range(120)]
    (shell.folder / "runs.json").write_text(json.dumps(runs))
    shell.ok("import", "runs.json")
    lines = [json.loads(line)["scenario_id"] for line in shell.ok("list", "--all", "--sort", "scenario", "--output", "jsonl").splitlines()]
    assert lines == [f"s{i:03}" for i in range(120)]
    assert "50 of 120 runs" in shell.ok("list")
    page = shell.json("list", "--limit", "70", "--sort", "scenario")
    rest = shell.json("list", "--limit", "70", "--sort", "scenario", "--cursor", page["next_cursor"])
    assert [r["scenario_id"] for r in page["runs"] + rest["runs"]] == lines and rest["next_cursor"] == ""


def test_an_empty_answer_says_why(shell):
    shell.ok("setup")
    assert "no runs here yet" in shell.run("list").stderr
    shell.save(sample_run())
    assert "no run matches" in shell.run("list", "scenario:none").stderr


def test_as_of_does_not_silently_drop_a_query(shell):
    shell.save(sample_run())
    assert shell.run("list", "tag:q4", "--as-of", "2030-01-01").returncode == 2
    assert shell.json("list", "--as-of", "2030-01-01")["total"] == 1
    assert shell.json("list", "--as-of", "2020-01-01")["total"] == 0


def test_a_comparison_tells_runs_with_the_same_beginning_apart(shell):
    shell.save(named("merit-2026-a", objective_value=0.25))
    shell.save(named("merit-2026-b", objective_value=0.5, estimated_cost_impact={"total": 1}))
    text = shell.ok("compare", "merit-2026-a", "merit-2026-b")
    assert "merit-2026-a *" in text and "+100.00 %" in text and "null" in text
    table = rows(shell, "compare", "merit-2026-a", "merit-2026-b")
    assert table[0] == ["path", "merit-2026-a", "merit-2026-b", "merit-2026-b delta", "merit-2026-b percent"]
    assert ["results.objective_value", "0.25", "0.5", "0.25", "1.0"] in table
    assert "do not differ" in shell.ok("compare", "merit-2026-a", "merit-2026-a")
    assert shell.run("compare", "merit-2026-a").returncode == 2
    assert shell.run("compare", "merit-2026-a", "merit-2026-b", "--tolerance=-1").returncode == 2


def test_show_has_sections_for_people_and_for_programs(shell):
    shell.save(named("run-a-1", sensitivity_analysis={"small": 0.1, "large": -0.9}, objective_history=[3, 2, 1]))
    text = shell.ok("show", "run-a-1")
    for title in ("Objectives", "Parameters", "Risk", "Sensitivity", "History"):
        assert title in text
    ranking = shell.ok("show", "run-a-1", "--section", "sensitivity")
    assert ranking.index("large") < ranking.index("small") and "Parameters" not in ranking
    assert shell.json("show", "run-a-1", "--section", "results")["risk_level"] == "LOW"
    assert shell.run("show", "run-a-1", "--section", "risk", "--output", "json").returncode == 2


def test_what_show_prints_can_be_saved_and_revised(shell):
    shell.save(named("run-a-1"))
    text = shell.ok("show", "run-a-1", "--output", "json")
    (shell.folder / "run.json").write_text(text)
    assert shell.ok("save", "run.json").strip() == "run-a-1", "the same content is a no-op"
    other = shell.ok("save", "run.json", "--new-id").strip()
    assert shell.run("revise", other, "run.json", "--reason", "wrong file").returncode == 2, "the file is of another run"
    assert shell.run("save", "run.json", "--tag", "x").returncode == 2, "options that would be ignored are refused"
    assert shell.run("annotate", "run-a-1").returncode == 2
    assert shell.run("save", shell.folder).returncode == 2


def test_sql_keeps_columns_of_one_name_apart(shell):
    shell.save(sample_run())
    assert shell.json("sql", "SELECT 1 AS a, 2 AS a") == [{"a": 1, "a_1": 2}]
    assert rows(shell, "sql", "SELECT 1 AS a, 2 AS a") == [["a", "a_1"], ["1", "2"]]
    done = shell.run("sql", "SELECT * FROM range(10)", "--limit", "3")
    assert len(done.stdout.splitlines()) == 5 and "--limit" in done.stderr


def test_a_seal_is_private_and_not_overwritten(shell):
    shell.save(sample_run())
    shell.ok("audit", "seal", "--to", "seal.json")
    assert (shell.folder / "seal.json").stat().st_mode & 0o777 == 0o600
    assert shell.run("audit", "seal", "--to", "seal.json").returncode == 4
    shell.ok("audit", "seal", "--to", "seal.json", "--force")
    assert shell.run("audit", "log", "--format", "csv").returncode == 2


def test_setup_looks_at_the_simulation(shell):
    def validation(*args):
        done = shell.run("setup", "--output", "json", *args)
        return done.returncode, {step["step"]: step for step in json.loads(done.stdout)}["validation"]

    assert "no simulation database here" in validation()[1]["message"]
    (shell.folder / "simulation.duckdb").write_bytes(b"no database, but a file")
    status, step = validation()
    assert status == 1 and step["state"] == "failed" and "simulation.duckdb" in step["message"]
    status, step = validation("--simulation", "elsewhere.duckdb")
    assert status == 1 and "elsewhere.duckdb" in step["message"]


def test_analytics_of_all_runs_and_by_group(shell):
    for number, (scenario, status, converged) in enumerate(
            [("lean", "completed", True), ("lean", "completed", None), ("lean", "failed", None), ("rich", "completed", False)]):
        run = sample_run(scenario, objective_value=float(number))
        run["metadata"].update({"status": status, "created_at": f"2026-0{number + 1}-15T12:00:00Z", "runtime_seconds": number + 0.5})
        if converged is not None:
            run["metadata"]["converged"] = converged
        shell.save(run)
    found = shell.json("analytics", "--by", "scenario,quarter")
    figures = found["figures"]
    assert figures["runs"] == 4
    assert (figures["status"]["completed"], figures["status"]["failed"]) == (3, 1)
    assert figures["convergence"] == {"converged": 1, "not_converged": 1, "not_reported": 2}, "not reported is no failure (fault 18)"
    assert (figures["runtime_seconds"]["median"], figures["objective_value"]["min"], figures["objective_value"]["mean"]) == (2.0, 0.0, 1.5)
    scenarios, quarters = found["groupings"]
    assert [(group["key"], group["runs"]) for group in scenarios["groups"]] == [("lean", 3), ("rich", 1)]
    assert [(group["key"], group["runs"]) for group in quarters["groups"]] == [("2026-Q1", 3), ("2026-Q2", 1)]
    assert shell.json("analytics", "scenario:rich")["figures"]["runs"] == 1
    lines = shell.ok("analytics", "--by", "status", "--output", "csv").splitlines()
    assert lines[0].startswith("by,key,runs,status_completed,") and lines[1].startswith("all,,4,3,1,") and len(lines) == 4
    table = shell.ok("analytics", "--by", "engine")
    assert "4 runs" in table and "not reported 2 (50.0 %)" in table
    assert shell.run("analytics", "--by", "moth").returncode == 2
