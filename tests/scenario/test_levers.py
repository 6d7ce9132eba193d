"""planwise levers, and the risk that a save finds out."""

import json

from conftest import ROOT


def test_show_lists_the_levers_with_bounds_and_market(shell):
    rows = shell.json("levers", "show")
    assert len(rows) == 17
    first = rows[0]
    assert (first["lever"], first["default"], first["hard"], first["market"]) == ("merit_rate_level_1", 0.045, [0.01, 0.12], [0.025, 0.04, 0.055])
    assert rows[5]["lever"] == "cola_rate" and rows[5]["level"] is None
    assert len(shell.ok("levers", "show", "--output", "csv").splitlines()) == 18
    assert len(shell.ok("levers", "show", "--output", "jsonl").splitlines()) == 17
    assert "merit_rate_level_1" in shell.ok("levers", "show")


def test_another_schema_needs_no_build(shell):
    schema = json.loads((ROOT / "share/levers.json").read_text())
    cola = next(lever for lever in schema["levers"] if lever["name"] == "cola_rate")
    cola["hard"][1] = 0.5
    (shell.folder / "mine.json").write_text(json.dumps(schema))
    assert shell.run("levers", "check", "cola_rate=0.2").returncode == 1
    assert shell.run("levers", "check", "cola_rate=0.2", "--file", "mine.json").returncode == 0
    assert shell.run("levers", "check", "cola_rate=0.2", env={"PLANWISE_LEVERS": "mine.json"}).returncode == 0
    (shell.folder / "broken.json").write_text("{}")
    assert shell.run("levers", "show", "--file", "broken.json").returncode == 2


def test_check_tells_errors_warnings_and_unknown_names(shell):
    assert shell.run("levers", "check", "cola_rate=0.03").returncode == 0
    assert shell.run("levers", "check", "cola_rate=0.06").returncode == 0, "a warning is no error"
    done = shell.run("levers", "check", "cola_rate=0.5", "merit_rate_level_9=0.1", "--output", "json")
    assert done.returncode == 1
    checked = json.loads(done.stdout)
    assert not checked["is_valid"] and checked["overall_risk"] == "CRITICAL"
    assert any("Unknown parameter: merit_rate_level_9" in text for text in checked["warnings"])
    for value in ("NaN", "Infinity", "much", ""):
        assert shell.run("levers", "check", f"cola_rate={value}").returncode == 1, value
    assert shell.run("levers", "check").returncode == 2
    assert shell.run("levers", "check", "missing.json").returncode == 3


def test_check_takes_a_file_a_run_and_standard_input(shell):
    (shell.folder / "flat.json").write_text('{"cola_rate": 0.5}')
    (shell.folder / "tuning.json").write_text('{"cola_rate": {"1": 0.03, "2": 0.03, "3": 0.03, "4": 0.03, "5": 0.03}}')
    assert shell.run("levers", "check", "flat.json").returncode == 1
    assert shell.run("levers", "check", "tuning.json").returncode == 0
    assert shell.run("levers", "check", "-", input='{"cola_rate": 0.5}').returncode == 1
    shell.ok("save", "--id", "run-one", "--scenario", "s", "--param", "cola_rate=0.5")
    assert shell.run("levers", "check", "--run", "run-one").returncode == 1


def test_risk_of_a_set_and_of_a_change(shell):
    assert shell.json("levers", "risk", "cola_rate=0.02")["level"] == "LOW"
    bold = shell.json("levers", "risk", "cola_rate=0.05", "merit_rate_level_1=0.09", "merit_rate_level_2=0.03")
    assert bold["level"] == "HIGH" and len(bold["factors"]) == 3
    (shell.folder / "from.json").write_text('{"cola_rate": 0.02}')
    (shell.folder / "to.json").write_text('{"cola_rate": 0.03}')
    change = shell.json("levers", "risk", "--from", "from.json", "--to", "to.json", "--days", "20")
    assert change["change_count"] == 5
    scores = [factor["score"] for factor in change["factors"]]
    assert scores == sorted(scores, reverse=True) and 85 in scores
    assert shell.run("levers", "risk", "--from", "from.json").returncode == 2
    assert shell.run("levers", "risk", "cola_rate=0.02", "--days", "20").returncode == 2
    assert "risk" in shell.ok("levers", "risk", "--from", "from.json", "--to", "to.json")


def test_both_forms_convert_into_each_other(shell):
    levers = {row["lever"]: row["default"] for row in shell.json("levers", "show")}
    (shell.folder / "flat.json").write_text(json.dumps(levers))
    tuning = shell.ok("levers", "convert", "flat.json")
    assert json.loads(tuning)["cola_rate"] == {str(level): 0.025 for level in range(1, 6)}
    assert json.loads(shell.ok("levers", "convert", "-", input=tuning)) == levers
    assert json.loads(shell.ok("levers", "convert", "flat.json", "--to", "flat")) == levers


def test_fault_14_a_save_finds_out_its_risk_and_keeps_seed_and_evaluations(shell):
    run = {"metadata": {"run_id": "bold-run", "scenario_id": "s", "random_seed": 7, "max_evaluations": 90},
           "results": {"optimal_parameters": {"cola_rate": 0.05, "merit_rate_level_1": 0.09}}}
    shell.save(run)
    assert shell.save(run) == "bold-run", "the same content again is no change"
    stored = shell.json("show", "bold-run")
    assert stored["results"]["risk_level"] == "MEDIUM"
    assert stored["results"]["risk_assessment"]["parameters_within_bounds"] is True
    assert (stored["metadata"]["random_seed"], stored["metadata"]["max_evaluations"]) == (7, 90)
    shell.ok("save", "--scenario", "s", "--id", "calm-run", "--param", "cola_rate=0.02")
    assert shell.json("show", "calm-run")["results"]["risk_level"] == "LOW"
    shell.ok("save", "--scenario", "s", "--id", "empty-run", "--objective", "1")
    assert shell.json("show", "empty-run")["results"]["risk_level"] is None
    assert shell.json("list", "risk:MEDIUM")["total"] == 1


def test_fault_12_a_year_is_summarised_from_parameters_by_fiscal_year(shell, shared):
    summary = shell.json("--simulation", shared / "simulation.duckdb", "summary", "--year", "2025")
    assert "error" not in summary and summary["workforce"]
    assert summary["parameters"], "the parameters table has fiscal_year and names of its own"
    shell.ok("census", "generate", "--people", "300", "--out", "census.csv")
    shell.ok("simulate", "--census", "census.csv", "--years", "2025-2026", "--save-to", "years.duckdb")
    written = shell.json("--simulation", "years.duckdb", "summary", "--year", "2026")
    assert "error" not in written and written["parameters"]


def test_levers_that_the_check_leaves_out_are_findings(shell):
    for levers in ('{"merit_base": {"6": 0.03}}', '{"merit_base": {"1": 0.03}, "bonus": {"1": 1}}', '{"bonus": 0.1}',
                   '{"merit_base": {"1": 0.03}, "cola_rate": 0.5}', '{"merit_base": {"1": 0.03}, "merit_rate_level_9": 0.03}'):
        done = shell.run("levers", "check", "-", input=levers)
        assert done.returncode == 1, levers
    assert shell.run("levers", "check", "-", input='{"merit_base": {"1": 0.03}, "cola_rate": 0.03}').returncode == 0


def test_risk_of_what_is_no_number_is_refused(shell):
    for value in ('"high"', '"NaN"', "null"):
        done = shell.run("levers", "risk", "-", input=f'{{"cola_rate": {value}}}')
        assert done.returncode == 2 and "cola_rate" in done.stderr and "LOW" not in done.stdout
    assert shell.run("levers", "check", "cola_rate=0.02", "cola_rate=0.5").returncode == 2
