"""Studies from the shell: the fixed forms, killed and resumed, stopped from elsewhere, made again."""

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from conftest import BINARY

FIXED = ["run_id", "objective_value", "optimal_parameters", "function_evaluations", "converged", "stop_reason"]
WEIGHTS = "cost=0.4,equity=0.3,targets=0.3"
SINGLE = ["SLSQP", "L-BFGS-B", "COBYLA", "DE", "CMA-ES", "GRID", "RANDOM", "LHS"]


def ended(shell, run_id):
    """What does not depend on when, where and by whom."""
    run = shell.json("show", run_id)
    for name in ["run_id", "created_at", "updated_at", "completed_at", "runtime_seconds", "session_id", "user_id"]:
        run["metadata"].pop(name, None)
    run.pop("provenance", None)
    run["results"].get("risk_assessment", {}).pop("assessment_date", None)
    return json.dumps(run, sort_keys=True)


def slow_evaluator(shell, seconds):
    """A program that answers after a while, so that a run can be caught at work."""
    script = shell.folder / "evaluate.py"
    script.write_text(textwrap.dedent(f"""\
        import json, sys, time
        levers = json.load(sys.stdin)["levers"]
        time.sleep({seconds})
        spread = sum((value - 0.02) ** 2 for value in levers.values())
        print(json.dumps({{"cost": 100 + spread, "equity": 1 + levers["cola_rate"], "targets": 0.001}}))
        """))
    return f"{sys.executable} -S {script}"


def start(shell, *args):
    return subprocess.Popen([str(BINARY), *map(str, args)], cwd=shell.folder, env=shell.env, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def running_id(shell, evaluations=1, limit=20):
    """The run at work, once it has told of some evaluations."""
    until = time.monotonic() + limit
    while time.monotonic() < until:
        done = shell.run("list", "status:running", "--output", "json")
        if done.returncode == 0:
            for run in json.loads(done.stdout)["runs"]:
                beat = run.get("heartbeat")
                if beat and beat.get("evaluations", 0) >= evaluations:
                    return run["run_id"]
        time.sleep(0.1)
    raise AssertionError("no run is at work")


@pytest.mark.parametrize("algorithm", SINGLE)
def test_fixed_form(shell, algorithm):
    out = shell.json("optimize", "--synthetic", "--algorithm", algorithm, "--weights", WEIGHTS, "--max-evaluations", 40, "--seed", 7)
    assert [name for name in FIXED if name not in out] == []
    assert out["function_evaluations"] <= 40  # fault 32
    assert len(out["optimal_parameters"]) == 17
    shell.ok("reproduce", out["run_id"])


def test_nsga2_is_pareto(shell):
    out = shell.json("pareto", "--synthetic", "--goals", "cost,equity", "--max-evaluations", 200, "--seed", 7)
    assert out["front"]["size"] >= 1
    shell.ok("reproduce", out["run_id"])


def test_names_of_functions_know_no_case(shell):
    out = shell.json("optimize", "--function", "Styblinski_Tang", "--dimensions", 2, "--max-evaluations", 30, "--seed", 7)
    assert out["function_evaluations"] <= 30


def test_function_form(shell):
    out = shell.json("optimize", "--function", "sphere", "--dimensions", 4, "--algorithm", "SLSQP", "--max-evaluations", 200, "--seed", 3)
    assert out["objective_value"] < 1e-6
    assert len(out["optimal_parameters"]) == 4
    shell.ok("reproduce", out["run_id"])


def test_starts_have_no_number_unless_one_is_given(shell):
    few, unsaid, zero = (shell.json("optimize", "--synthetic", "--algorithm", "SLSQP", "--max-evaluations", 900, "--seed", 3, *starts)
                         for starts in (["--starts", 1], [], ["--starts", 0]))
    assert few["function_evaluations"] < unsaid["function_evaluations"] <= 900
    assert {**unsaid, "run_id": "", "runtime_seconds": 0} == {**zero, "run_id": "", "runtime_seconds": 0}


def test_on_the_database(shell, shared):
    out = shell.json("optimize", "--simulation", shared / "simulation.duckdb", "--algorithm", "SLSQP", "--weights", WEIGHTS,
                     "--normalised", "--budget", 800e6, "--max-evaluations", 60, "--seed", 7)
    assert out["status"] in ("completed", "failed")
    assert out["constraints"][0]["name"]
    shell.ok("reproduce", out["run_id"], "--simulation", shared / "simulation.duckdb")
    table = shell.ok("show", out["run_id"])
    assert "Parameters" in table or out["status"] == "failed"


def test_seed_is_drawn_and_stored(shell):
    first = shell.json("optimize", "--synthetic", "--algorithm", "RANDOM", "--max-evaluations", 20)
    second = shell.json("optimize", "--synthetic", "--algorithm", "RANDOM", "--max-evaluations", 20)
    assert first["random_seed"] > 0
    assert first["random_seed"] != second["random_seed"]
    shell.ok("reproduce", first["run_id"])


def test_never_synthetic_unasked(shell):
    done = shell.run("optimize", "--max-evaluations", 5)  # fault 32
    assert done.returncode == 2
    assert "no simulation is given" in done.stderr


def test_table_for_a_person(shell):
    text = shell.ok("optimize", "--synthetic", "--algorithm", "DE", "--max-evaluations", 60, "--seed", 7, "--constraint", "cola_rate>=0.02")
    for part in ["Objective", "Levers", "Conditions", "HEADROOM", "policy_optimization"]:
        assert part in text


def test_plan_file(shell):
    (shell.folder / "plan.toml").write_text(textwrap.dedent("""\
        scenario_id = "planned"
        [evaluator]
        kind = "synthetic"
        [solver]
        algorithm = "COBYLA"
        max_evaluations = 30
        seed = 5
        """))
    out = shell.json("optimize", "--plan", "plan.toml")
    assert (out["scenario_id"], out["optimization_engine"], out["random_seed"]) == ("planned", "nlopt_cobyla", 5)
    assert shell.json("optimize", "--plan", "plan.toml", "--algorithm", "LHS")["optimization_engine"] == "latin_hypercube"


@pytest.mark.parametrize("args", [["--weights", "cost=1,wages=2"], ["--constraint", "what"], ["--levers", "no_lever"],
                                  ["--evaluator-command", "true", "--function", "sphere"]])
def test_what_does_not_fit_is_refused_before_anything_is_stored(shell, args):
    synthetic = [] if "--function" in args else ["--synthetic"]
    assert shell.run("optimize", *synthetic, *args).returncode == 2
    done = shell.run("list", "--output", "json")
    assert done.returncode != 0 or json.loads(done.stdout)["total"] == 0


def test_25_and_25_are_50(shell):
    form = ["optimize", "--function", "rosenbrock", "--dimensions", 4, "--algorithm", "DE", "--seed", 7, "--max-evaluations"]
    half = shell.json(*form, 25)
    more = shell.json("resume", half["run_id"], "--max-evaluations", 50)
    whole = shell.json(*form, 50)
    assert ended(shell, more["run_id"]) == ended(shell, whole["run_id"])
    shell.ok("reproduce", more["run_id"])


def test_killed_then_resumed_equals_uninterrupted(shell):
    rng = random.Random(4)
    form = ["optimize", "--evaluator-command", slow_evaluator(shell, 0.02), "--algorithm", "DE", "--levers", "cola_rate,merit_rate",
            "--max-evaluations", 60, "--seed", 7]
    expected = ended(shell, shell.json(*form)["run_id"])
    for _ in range(3):
        process = start(shell, *form)
        run_id = running_id(shell)
        time.sleep(rng.uniform(0, 1))
        process.kill()
        process.wait()
        stored = shell.json("show", run_id)["metadata"]["status"]
        if stored == "completed":
            continue
        out = shell.json("resume", run_id)
        assert out["run_id"] == run_id
        assert ended(shell, run_id) == expected
        shell.ok("reproduce", run_id)


def test_stop_from_another_process(shell):
    process = start(shell, "optimize", "--evaluator-command", slow_evaluator(shell, 0.05), "--algorithm", "RANDOM",
                    "--max-evaluations", 5000, "--seed", 7, "--output", "json")
    run_id = running_id(shell)
    began = time.monotonic()
    shell.ok("stop", run_id, "--reason", "enough")
    assert time.monotonic() - began < 3  # the run itself within one heartbeat and an evaluation
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 11
    out = json.loads(out)
    assert out["status"] == "cancelled"
    assert out["objective_value"] is not None
    shell.ok("reproduce", run_id)


def test_interrupt_keeps_what_was_found(shell):
    process = start(shell, "optimize", "--evaluator-command", slow_evaluator(shell, 0.05), "--algorithm", "RANDOM",
                    "--max-evaluations", 5000, "--seed", 7, "--output", "json")
    running_id(shell)
    began = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert time.monotonic() - began < 3
    assert process.returncode == 130
    out = json.loads(out)
    assert out["status"] == "cancelled"
    assert out["function_evaluations"] >= 1


def test_lost_run_is_closed_and_gone_on_with(shell):
    process = start(shell, "optimize", "--evaluator-command", slow_evaluator(shell, 0.02), "--algorithm", "DE",
                    "--levers", "cola_rate", "--max-evaluations", 40, "--seed", 7)
    run_id = running_id(shell)
    process.kill()
    process.wait()
    assert shell.run("stop", run_id).returncode == 5
    closed = shell.json("stop", "--lost")
    assert closed == [{"run_id": run_id, "status": "failed"}]
    kept = shell.json("show", run_id)
    found = kept["metadata"]["function_evaluations"]
    assert found >= 1 and kept["results"]["objective_value"] is not None
    assert len(kept["results"]["objective_history"]) == found and f"{found} evaluations" in kept["metadata"]["convergence_message"]
    shell.ok("reproduce", run_id)
    out = shell.json("resume", run_id)
    assert (out["status"], out["run_id"] != run_id) == ("completed", True)


@pytest.mark.parametrize("body, cause", [("sys.exit(3)", "3"), ("print('rubbish')", "rubbish"), ("time.sleep(30)", "within")])
def test_evaluator_that_fails_is_a_stored_failed_run(shell, body, cause):
    script = shell.folder / "bad.py"
    script.write_text(f"import sys, time\nsys.stdin.read()\n{body}\n")
    done = shell.run("optimize", "--evaluator-command", f"{sys.executable} -S {script}", "--evaluator-timeout", 1,
                     "--max-evaluations", 5, "--seed", 7, "--output", "json")
    assert done.returncode == 1, done.stderr
    out = json.loads(done.stdout)
    assert out["status"] == "failed"
    assert cause in out["message"]
    assert shell.json("show", out["run_id"])["metadata"]["status"] == "failed"


def test_contradiction_is_a_stored_failed_run(shell):
    done = shell.run("optimize", "--synthetic", "--constraint", "cola_rate>=0.04", "--constraint", "cola_rate<=0.01", "--seed", 7,
                     "--output", "json")
    assert done.returncode == 1
    out = json.loads(done.stdout)
    assert (out["stop_reason"], out["objective_value"]) == ("infeasible", None)
    shell.ok("reproduce", out["run_id"])


@pytest.mark.parametrize("method", ["local", "morris", "sobol", "stored"])
def test_sensitivity(shell, method):
    out = shell.json("sensitivity", "--synthetic", "--method", method, "--max-evaluations", 1300, "--width", 0, "--seed", 7)
    assert out["sensitivity_analysis"]["method"] == method
    shell.ok("reproduce", out["run_id"])


def test_uncertainty_and_tune_on_the_database(shell, shared):
    data = ["--simulation", shared / "simulation.duckdb"]
    sure = shell.json("uncertainty", *data, "--seeds", 8, "--budget", 800e6, "--set", "cola_rate=0.03", "--seed", 7)
    assert sure["uncertainty"]["seeds"] == 8
    shell.ok("reproduce", sure["run_id"], *data)
    tuned = shell.json("tune", *data, "--target-growth", 0.03, "--max-iterations", 5, "--seed", 7)
    assert tuned["tuning"]["iterations"]
    shell.ok("reproduce", tuned["run_id"], *data)
    for text in ["uncertainty", "tuning"]:
        assert text in json.dumps(sure) + json.dumps(tuned)


def test_simulating_the_run_of_a_study_moves_levers_in_the_years_it_decided_about(shell):
    shell.ok("census", "generate", "--people", 300, "--out", "census.csv")
    shell.ok("simulate", "--census", "census.csv", "--years", "2025-2027", "--save-to", "small.duckdb")
    found = shell.json("--simulation", "small.duckdb", "optimize", "--years", "2026-2027", "--max-evaluations", 20, "--seed", 3)
    compared = shell.json("--simulation", "small.duckdb", "simulate", "--run", found["run_id"], "--compare-to", "baseline")
    moved = {row["year"] for row in compared["changes"] if row["change"] != 0}
    assert moved == {2026, 2027}


def test_the_run_that_is_begun_from_keeps_the_years_it_decided_about(shell):
    shell.ok("census", "generate", "--people", 300, "--out", "census.csv")
    shell.ok("simulate", "--census", "census.csv", "--years", "2025-2027", "--save-to", "small.duckdb")
    found = shell.json("--simulation", "small.duckdb", "optimize", "--years", "2026-2027", "--max-evaluations", 20, "--seed", 3)
    for asked in (["--run", found["run_id"]], ["--compare-to", found["run_id"]]):
        sure = shell.json("--simulation", "small.duckdb", "uncertainty", *asked, "--seeds", 6, "--seed", 1)
        years = sure["uncertainty"]["difference"]
        pay = {year: figures["active_compensation"]["mean"]["value"] for year, figures in years.items()}
        assert pay["2025"] == 0 and pay["2026"] != 0 and pay["2027"] != 0, (asked, pay)
    early = shell.json("--simulation", "small.duckdb", "optimize", "--years", "2026-2026", "--max-evaluations", 5, "--seed", 3)
    later = shell.json("--simulation", "small.duckdb", "optimize", "--run", early["run_id"], "--years", "2027-2027", "--max-evaluations", 5, "--seed", 3)
    assert shell.json("show", later["run_id"])["configuration"]["algorithm_config"]["simulation"]["target_year"] == 2027


def test_conditions_from_options(shell):
    mixed = shell.run("optimize", "--synthetic", "--constraint", "0%<=cost<=8")
    assert mixed.returncode == 2 and "one limit has %" in mixed.stderr
    assert "no whole number" in shell.run("optimize", "--synthetic", "--constraint", "cost@2026.5<=8").stderr
    data = shell_data(shell)
    (shell.folder / "plan.toml").write_text('[[constraints]]\nname = "budget"\nfigure = "active_compensation"\nmaximum = 1.0\n')
    out = shell.json(*data, "optimize", "--plan", "plan.toml", "--budget", 1e9, "--constraint", "cola_rate>=0.01", "--constraint", "cola_rate>=0.015",
                     "--constraint", "active_mean@2026/2>=1", "--constraint", "active_mean/2@2026>=2", "--max-evaluations", 10, "--seed", 3)
    rows = {row["name"]: row for row in out["constraints"]}
    assert len(rows) == 5 and rows["budget"]["maximum"] == 1e9
    assert {row["level"] for row in rows.values() if row["figure"] == "active_mean"} == {2}


def test_a_figure_that_no_lever_moves_is_told_before_the_start(shell):
    data = shell_data(shell)
    done = shell.run(*data, "optimize", "--constraint", "active_headcount<=10", "--max-evaluations", 50, "--output", "json")
    assert done.returncode == 1
    out = json.loads(done.stdout)
    assert out["function_evaluations"] == 0 and "whatever the levers" in out["infeasible_because"][0]
    late = shell.run(*data, "optimize", "--target-year", 2025, "--years", "2026-2026")
    assert late.returncode == 2 and "after simulation.target_year 2025" in late.stderr


def test_what_the_program_said_of_the_baseline_is_never_asked_again(shell):
    script = shell.folder / "noisy.py"
    script.write_text("import json, os, random, sys\nlevers = json.load(sys.stdin)['levers']\nopen('calls', 'a').write('x')\n"
                      "print(json.dumps({'cost': 100 + 1000 * levers['cola_rate'] + random.random(), 'equity': 1, 'targets': 0.01}))\n")
    form = ["--evaluator-command", f"{sys.executable} -S {script}", "--normalised", "--algorithm", "LHS", "--levers", "cola_rate", "--seed", 5]
    first = shell.json("optimize", *form, "--max-evaluations", 6)
    assert len((shell.folder / "calls").read_text()) == 6
    more = shell.json("resume", first["run_id"], "--max-evaluations", 10)
    assert len((shell.folder / "calls").read_text()) == 10
    run = shell.json("show", more["run_id"])
    scales = [record["details"]["scales"]["cost"] for record in run["simulation_data"]["evaluations"]]
    assert len(set(scales)) == 1 and scales[0] == run["configuration"]["algorithm_config"]["objective"]["scales"]["cost"]
    assert run["results"]["objective_breakdown"]["cost_normalised"] == run["results"]["objective_breakdown"]["cost"] / scales[0]


def test_evaluate_answers_a_line_a_set_of_levers_and_stores_nothing(shell):
    asked = '{}\n\n{"cola_rate": 0.03, "merit_rate_level_1": 0.03}\n'
    answers = [json.loads(line) for line in shell.ok("evaluate", "--synthetic", "--constraint", "cola_rate<=0.02", input=asked).splitlines()]
    assert [answer["feasible"] for answer in answers] == [False, False]
    assert answers[1]["levers"]["cola_rate"] == 0.03
    assert answers[1]["objective_value"] == pytest.approx(sum(
        weight * answers[1]["details"]["terms"][name] for name, weight in (("cost", 0.4), ("equity", 0.3), ("targets", 0.3))))
    assert not (shell.folder / "planwise.duckdb").exists()
    for line, told in (('{"cola": 1}', "cola_rate"), ('{"cola_rate": 9}', "0.05"), ("[1]", "object"), ("{", "line 1")):
        refused = shell.run("evaluate", "--synthetic", input=line + "\n")
        assert refused.returncode == 2 and told in refused.stderr, refused.stderr


@pytest.mark.parametrize("command", [["optimize"], ["tune", "--target-growth", 0.03], ["sensitivity", "--method", "local"]])
def test_a_study_with_nothing_left_to_search_fails_alike_when_it_is_made_again(shell, command):
    source = ["--synthetic"] if command[0] != "tune" else shell_data(shell)
    done = shell.run(*command, *source, "--levers", "cola_rate", "--lock", "cola_rate", "--seed", 7, "--output", "json")
    assert done.returncode == 1, done.stderr
    out = json.loads(done.stdout)
    assert (out["stop_reason"], out["function_evaluations"], out["constraints"]) == ("infeasible", 0, [])
    assert shell.json("show", out["run_id"])["configuration"]["algorithm_config"]["levers"]["search"] == ["cola_rate"]
    shell.ok("reproduce", out["run_id"], *([] if source == ["--synthetic"] else source))


def shell_data(shell):
    shell.ok("census", "generate", "--people", 200, "--out", "census.csv")
    shell.ok("simulate", "--census", "census.csv", "--years", "2025-2026", "--save-to", "small.duckdb")
    return ["--simulation", "small.duckdb"]


@pytest.mark.parametrize("conditions", [["--constraint", "cola_rate>=0.03", "--constraint", "cola_rate<=0.02"], ["--budget", 100],
                                        ["--bounds", "cola_rate=0.03:0.01"]])
def test_tuning_looks_at_the_conditions_before_it_starts(shell, conditions):
    done = shell.run("tune", *shell_data(shell), *conditions, "--target-growth", 0.03, "--output", "json")
    assert done.returncode == 1, done.stderr
    out = json.loads(done.stdout)
    assert (out["status"], out["stop_reason"], out["function_evaluations"]) == ("failed", "infeasible", 0)
    assert out["infeasible_because"]


@pytest.mark.parametrize("method, least", [("local", 35), ("morris", 36), ("sobol", 64 * 19)])
def test_sensitivity_never_evaluates_more_than_asked(shell, method, least):
    refused = shell.run("sensitivity", "--synthetic", "--method", method, "--max-evaluations", least - 1)
    assert refused.returncode == 2 and str(least) in refused.stderr, refused.stderr
    out = shell.json("sensitivity", "--synthetic", "--method", method, "--max-evaluations", least, "--width", 0, "--seed", 7)
    assert out["function_evaluations"] <= least


def test_words_that_name_nothing_are_refused(shell):
    assert "names no lever" in shell.run("optimize", "--synthetic", "--levers", "").stderr
    shell.ok("optimize", "--synthetic", "--max-evaluations", 5, "--seed", 7)
    run = shell.json("list")["runs"][0]["run_id"]
    assert ".docx" in shell.run("report", run, "--to", "report.docx").stderr and not (shell.folder / "report.docx").exists()


def test_a_plan_of_another_kind_is_told(shell):
    (shell.folder / "plan.toml").write_text('kind = "tune"\n[evaluator]\nkind = "synthetic"\n')
    done = shell.run("optimize", "--plan", "plan.toml", "--max-evaluations", 5, "--seed", 7)
    assert done.returncode == 0 and "kind tune" in done.stderr


def test_a_study_over_a_held_file_says_that_its_run_waits(shell):
    shell.ok("setup")
    holder = subprocess.Popen([sys.executable, "-c", "import duckdb, sys; c = duckdb.connect('planwise.duckdb'); print('held', flush=True); sys.stdin.read()"],
                              cwd=shell.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    done = shell.run("optimize", "--synthetic", "--max-evaluations", 8, "--seed", 4, "--wait", "0.5", "--output", "json")
    holder.communicate(b"", timeout=30)
    assert done.returncode == 0 and "queued" in done.stderr, done.stderr
    run = json.loads(done.stdout)["run_id"]
    shell.ok("reproduce", run)
    shell.ok("store", "spool", "--drain")
    assert shell.json("list")["runs"][0]["run_id"] == run
