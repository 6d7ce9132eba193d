"""The commands over a simulation, against the real one where it is, else over a census of our own."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT, sample_run

CENSUS = ROOT / "examples/census_5000.csv"

# year: active, continuous, new hires active, experienced left, new hires left, mean, total in millions, mean without outliers, hire, RAISE, promotion
REAL_RUN = {
    2025: (4506, 3950, 556, 428, 185, 160381, 722.7, 111739, 741, 3569, 445),
    2026: (4639, 4032, 607, 474, 202, 154081, 714.8, 114956, 809, 4506, 191),
    2027: (4777, 4155, 622, 484, 207, 153764, 734.5, 118693, 829, 4639, 138),
    2028: (4918, 4278, 640, 499, 214, 156938, 771.8, 122158, 854, 4777, 123),
    2029: (5064, 4405, 659, 513, 220, 157185, 796.0, 125341, 879, 4918, 137),
}


@pytest.fixture
def shell(shell):
    shell.env["PLANWISE_CACHE_DIR"] = str(shell.folder / "cache")
    return shell


@pytest.fixture
def real(shell, shared):
    """The real database, read in place."""
    shell.env["PLANWISE_SIMULATION"] = str(shared / "simulation.duckdb")
    return shell


@pytest.fixture
def own(shell):
    """A simulation made here, five years from the census that ships."""
    shell.ok("simulate", "--census", CENSUS, "--save-to", "simulation.duckdb", "--quiet")
    return shell


def figures(summary):
    workforce, events = summary["workforce"], summary["events"]
    return (workforce["active_headcount"], workforce["continuing_employees"], workforce["new_hires"], workforce["experienced_terminations"],
            workforce["new_hire_terminations"], round(workforce["mean_compensation"]), round(workforce["active_compensation"] / 1e6, 1),
            round(workforce["mean_compensation_without_outliers"]), events["hire"], events["RAISE"], events["promotion"])


def test_summary_of_the_real_run_has_every_figure(real):
    for year, expected in REAL_RUN.items():
        summary = real.json("summary", "--year", year)
        assert figures(summary) == expected
        assert summary["year"] == year
        assert summary["workforce"]["terminations"] == expected[3] + expected[4]
        assert summary["workforce"]["total_headcount"] == expected[0] + expected[3] + expected[4]
        assert len(summary["parameters"]) == 17 and summary["parameters"]["cola_rate"] == 0.005
    several = real.json("summary")
    assert {year: figures(summary) for year, summary in several["year_summaries"].items()} == {str(y): f for y, f in REAL_RUN.items()}
    assert several["overall"]["years_analyzed"] == several["overall"]["total_years"] == 5
    assert list(several["yoy_metrics"]) == ["2026", "2027", "2028", "2029"]
    growth = [round(100 * row["like_for_like"], 2) for row in real.json("summary", "--growth")]
    assert growth == [2.97, 3.56, 3.48, 3.40, 3.33]
    table = real.ok("summary")
    assert "5,064" in table and "125,341" in table and "795.99" in table


def test_dbt_compatible_headcounts_are_exact(real):
    several = real.json("simulate", "--years", "2025-2029", "--seed", "7", "--dbt-compatible")
    for year, expected in REAL_RUN.items():
        ours = figures(several["year_summaries"][str(year)])
        assert ours[:5] == expected[:5] and ours[8:10] == expected[8:10]
        assert ours[7] == pytest.approx(expected[7], rel=0.02)


def test_default_mode_is_near_dbt(real):
    several = real.json("simulate", "--years", "2025-2029", "--seed", "7")
    for year, expected in REAL_RUN.items():
        ours = figures(several["year_summaries"][str(year)])
        assert all(abs(a - b) <= 5 * (year - 2024) for a, b in zip(ours[:5], expected[:5], strict=True)), (year, ours)


def test_locks_of_the_real_run_are_honoured(real):
    done = real.run("simulate", "--set", "cola_rate=0.03", "--output", "json")
    assert done.stderr == "planwise: cola_rate of 2025 is locked: 0.005 stays, 0.03 was asked for (--ignore-locks takes it)\n"
    years = json.loads(done.stdout)["year_summaries"]
    assert [years[str(y)]["parameters"]["cola_rate"] for y in REAL_RUN] == [0.005, 0.03, 0.03, 0.03, 0.03]
    done = real.run("simulate", "--set", "cola_rate=0.03", "--ignore-locks", "--output", "json")
    assert "is locked at 0.005; 0.03 was taken" in done.stderr
    assert json.loads(done.stdout)["year_summaries"]["2025"]["parameters"]["cola_rate"] == 0.03


def test_quality_of_the_real_run(real):
    done = real.run("quality", "--output", "json")
    assert done.returncode == 0, "warnings alone are no findings"
    found = {f["check"]: f for f in json.loads(done.stdout)["findings"]}
    assert not any(f["severity"] == "error" and f["count"] for f in found.values())
    assert found["promotion_on_termination_day"]["count"] == 753
    assert len(found["promotion_on_termination_day"]["examples"]) == 3
    rows = real.json("quality", "--check", "promotion_on_termination_day", "--limit", "5")
    assert len(rows) == 5
    assert "ssn" not in done.stdout.lower()


def test_caches_follow_a_changed_database(shell, shared):
    shutil.copyfile(shared / "simulation.duckdb", shell.folder / "simulation.duckdb")
    first = shell.ok("summary", "--year", "2025", "--output", "json")
    assert shell.ok("summary", "--year", "2025", "--output", "json") == first
    assert [f for f in os.listdir(shell.folder / "cache") if "lock" not in f], "nothing was kept"
    subprocess.run([sys.executable, "-c", "import duckdb; duckdb.connect('simulation.duckdb').execute(\"UPDATE fct_workforce_snapshot SET current_compensation = 1.0 "
                    "WHERE simulation_year = 2025 AND employment_status = 'active'\")"], cwd=shell.folder, check=True)
    second = json.loads(shell.ok("summary", "--year", "2025", "--output", "json"))
    assert second["workforce"]["active_compensation"] == 4506.0
    assert second == shell.json("summary", "--year", "2025", "--no-cache")


# ---- without the real file ----

def test_a_missing_simulation_names_the_ways_to_give_one(shell):
    for command in (["summary"], ["simulate"], ["quality"], ["bridge"], ["distribution", "--year", "2025"], ["drill", "--year", "2025"]):
        done = shell.run(*command)
        assert done.returncode == 2 and "--simulation" in done.stderr and "PLANWISE_SIMULATION" in done.stderr, command
    done = shell.run("summary", "--simulation", "nowhere.duckdb")
    assert done.returncode == 3 and "nowhere.duckdb" in done.stderr and done.stdout == ""


def test_simulated_years_have_the_shape_of_their_tables(own):
    simulated = own.json("simulate", "--census", CENSUS, "--simulation", "simulation.duckdb")
    read = own.json("summary")
    assert simulated["overall"] == read["overall"] and simulated["yoy_metrics"].keys() == read["yoy_metrics"].keys()
    for year, summary in read["year_summaries"].items():
        ours = simulated["year_summaries"][year]
        assert ours["events"] == summary["events"] and ours["parameters"] == summary["parameters"]
        assert list(ours["workforce"]) == list(summary["workforce"])
        assert ours["workforce"] == pytest.approx(summary["workforce"], rel=1e-9)


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(own):
    texts = {own.ok("simulate", "--seed", "11", "--threads", threads, "--output", "json") for threads in (1, 2, 3)}
    assert len(texts) == 1
    assert own.ok("simulate", "--seed", "12", "--output", "json") not in texts
    bands = {own.ok("simulate", "--seeds", "9", "--threads", threads, "--output", "json") for threads in (1, 2)}
    assert len(bands) == 1


def test_levers_of_some_years(own):
    years = own.json("simulate", "--set", "cola_rate=0.03", "--set", "cola_rate@2027-2028=0.01", "--set", "merit_rate_level_1@2029=0.05")["year_summaries"]
    assert [y["parameters"]["cola_rate"] for y in years.values()] == [0.03, 0.03, 0.01, 0.01, 0.03]
    assert years["2029"]["parameters"]["merit_rate_level_1"] == 0.05 != years["2028"]["parameters"]["merit_rate_level_1"]


def test_levers_that_cannot_be_are_told(own):
    for args, text in ((("--set", "cola_rat=0.03"), "did you mean cola_rate?"), (("--set", "cola_rate=0.9"), "cola_rate"), (("--set", "cola_rate"), "NAME=NUMBER"),
                       (("--set", "cola_rate@soon=0.03"), "soon"), (("--years", "2026-2028"), "2025 is allowed"), (("--dbt", "all_of_it"), "one_draw"),
                       (("--set", "cola_rat=0.03"), "planwise levers show"), (("--budget", "3"), "--seeds"),
                       (("--seeds", "2", "--budget", "-1"), "at least 0"), (("--seed", "18446744073709551616"), "18446744073709551615")):
        done = own.run("simulate", *args)
        assert done.returncode == (64 if "--seed" in args else 2) and text in done.stderr and done.stdout == "", (args, done.stderr)
    done = own.run("simulate", "--set", "cola_rate@2040=0.03")
    assert done.returncode == 0 and "2040, which is not simulated" in done.stderr


def test_unknown_parameters_of_a_run_are_left_out_with_a_warning(own):
    run = sample_run()
    run["results"]["optimal_parameters"] = {"cola_rate_level_2": 0.03, "foo": 1}
    done = own.run("simulate", "--run", own.save(run), "--seed", "18446744073709551615", "--ignore-locks", "--output", "json")
    assert done.returncode == 0 and "there is no lever 'foo'" in done.stderr, done.stderr
    parameters = json.loads(done.stdout)["year_summaries"]["2026"]["parameters"]
    assert parameters["cola_rate_level_2"] == 0.03 and "cola_rate" not in parameters


def test_comparing_with_the_baseline(own):
    table = own.ok("simulate", "--set", "cola_rate=0.05", "--compare-to", "baseline")
    assert "BASELINE" in table and "CHANGE %" in table and "+" in table
    document = own.json("simulate", "--set", "cola_rate=0.05", "--compare-to", "baseline")
    change = {(row["year"], row["figure"]): row for row in document["changes"]}
    assert change[2029, "active_compensation"]["change"] > 0
    assert change[2029, "active_headcount"]["change"] == 0
    assert document["baseline"] == own.json("simulate")
    run = own.save(sample_run())
    against_run = own.json("simulate", "--set", "cola_rate=0.05", "--compare-to", run)
    assert against_run["baseline"] == own.json("simulate", "--set", "cola_rate=0.02") and against_run["scenario"] == document["scenario"]
    assert own.run("simulate", "--compare-to", "nowhere").returncode == 3
    rows = list(csv.DictReader(io.StringIO(own.ok("simulate", "--set", "cola_rate=0.05", "--compare-to", "baseline", "--output", "csv"))))
    assert len(rows) == len(document["changes"])


def test_many_seeds_and_a_budget(own):
    bands = own.json("simulate", "--seeds", "20", "--budget", "1")
    pay = bands["years"]["2029"]["active_compensation"]
    assert bands["seeds"] == 20 and pay["chance_above_budget"] == 1.0 and pay["p10"] <= pay["p50"] <= pay["p90"]
    table = own.ok("simulate", "--seeds", "20", "--budget", "600000000")
    assert "P10" in table and "CHANCE ABOVE BUDGET" in table and "%" in table


def test_settings_file_and_parquet_folder(shell):
    (shell.folder / "plan.toml").write_text("[rates]\ntarget_growth = 0.10\n[levers]\ncola_rate = 0.01\n")
    years = shell.json("simulate", "--census", CENSUS, "--settings", "plan.toml", "--years", "2025-2026", "--save-to", "tables")["year_summaries"]
    assert years["2025"]["parameters"]["cola_rate"] == 0.01
    assert years["2026"]["workforce"]["active_headcount"] / years["2025"]["workforce"]["active_headcount"] == pytest.approx(1.10, abs=0.005)
    assert shell.json("summary", "--simulation", "tables")["year_summaries"].keys() == years.keys()
    done = shell.run("simulate", "--census", CENSUS, "--save-to", "tables")
    assert done.returncode == 4 and "--force" in done.stderr
    (shell.folder / "plan.toml").write_text("[rates]\ntarget_grow = 0.10\n")
    done = shell.run("simulate", "--census", CENSUS, "--settings", "plan.toml")
    assert done.returncode == 2 and "plan.toml, line 2" in done.stderr and "target_growth" in done.stderr


def test_reports_over_a_simulation(own):
    assert own.json("bridge", "--from", "2025")["to_year"] == 2026
    bridge = own.json("bridge")
    assert [b["from_year"] for b in bridge] == [2024, 2025, 2026, 2027, 2028]
    for b in bridge:
        assert sum(b[part] for part in ("start", "leavers", "hires", "promotions", "merit", "cola", "other")) == pytest.approx(b["end"], abs=0.01)
    levels = own.json("distribution", "--year", "2025", "--by", "level")
    assert [level["group"] for level in levels] == ["1", "2", "3", "4", "5"]
    assert own.json("drill", "--year", "2025", "--event", "promotion", "--limit", "3")["total"] > 3
    assert {row["year"] for row in own.json("summary", "--cost", "--loading", "0.25")} == {2025, 2026, 2027, 2028, 2029}
    for command in (["bridge"], ["bridge", "--from", "2025"], ["distribution", "--year", "2025", "--ranges"], ["distribution", "--year", "2025", "--compression"],
                    ["distribution", "--year", "2025", "--by", "status"], ["drill", "--year", "2026", "--part", "hires"], ["summary", "--growth"], ["summary", "--cost"],
                    ["summary", "--warnings"], ["summary", "--year", "2025"], ["quality"]):
        text = own.ok(*command)
        assert "─" in text, command
        for form in ("json", "jsonl", "csv"):
            assert "nan" not in own.ok(*command, "--output", form).lower()


def test_saved_tables_simulate_as_what_wrote_them(own, shell):
    (shell.folder / "plan.toml").write_text("[rates]\ntarget_growth = 0.06\n[hires]\nages = [21, 22, 23, 24, 60]\n[termination]\nbase = 0.3\n")
    first = shell.ok("simulate", "--census", CENSUS, "--settings", "plan.toml", "--years", "2025-2026", "--save-to", "again.duckdb", "--output", "json")
    done = shell.run("simulate", "--simulation", "again.duckdb", "--output", "json")
    assert done.returncode == 0 and done.stderr == "" and done.stdout == first


def test_settings_that_a_database_lacks_are_named(own, shell):
    subprocess.run([sys.executable, "-c", "import duckdb; duckdb.connect('simulation.duckdb').execute('drop table config_raise_timing_distribution; "
                    "delete from config_termination_hazard_base')"], cwd=shell.folder, check=True)
    done = own.run("simulate", "--years", "2025-2025", "--output", "json")
    assert done.returncode == 0
    assert done.stderr == ("planwise: not in the database as they should be: base of the termination hazard, months of raises; "
                           "the defaults stand in for them\n")


def test_small_groups_are_hidden_unless_asked_for(own):
    shown = own.json("distribution", "--year", "2025", "--by", "age-band", "--minimum-cell", "0")
    assert all("count" in cell for cell in shown)
    smallest = min(cell["count"] for cell in shown)
    hidden = own.json("distribution", "--year", "2025", "--by", "age-band", "--minimum-cell", smallest + 1)
    assert sum("count" not in cell for cell in hidden) >= 2, "one hidden cell could be computed from the total"
    table = own.ok("distribution", "--year", "2025", "--by", "age-band", "--minimum-cell", smallest + 1)
    assert "*" in table and "--minimum-cell 0" in table


def test_quality_with_errors_ends_with_status_1(own, shell):
    own.ok("quality")
    subprocess.run([sys.executable, "-c", "import duckdb; duckdb.connect('simulation.duckdb').execute('insert into fct_workforce_snapshot "
                    "select * from fct_workforce_snapshot limit 1')"], cwd=shell.folder, check=True)
    for form in ("table", "json", "csv"):
        done = own.run("quality", "--output", form)
        assert done.returncode == 1 and "duplicate_employee_years" in done.stdout, form


def test_quality_of_a_run_can_be_attached(own):
    run = own.save(sample_run(optimal_parameters=own.json("summary", "--year", "2025")["parameters"]))
    verdict = own.json("quality", "--run", run, "--attach")
    assert {"workforce_snapshot_integrity", "event_data_consistency", "parameter_application_success", "data_completeness_score", "warnings", "errors"} <= verdict.keys()
    assert verdict["parameter_application_success"] is True
    assert own.json("show", run)["simulation_data"]["data_quality_metrics"] == verdict
    assert len(own.json("history", run)) == 2
    other = own.save(sample_run())
    done = own.run("quality", "--run", other, "--output", "json")
    assert done.returncode == 1
    verdict = json.loads(done.stdout)
    assert verdict["parameter_application_success"] is False and any("cola_rate" in line for line in verdict["errors"])


def test_levers_of_a_run_are_simulated(own):
    run = own.save(sample_run())
    years = own.json("simulate", "--run", run)["year_summaries"]
    assert {year["parameters"]["cola_rate"] for year in years.values()} == {0.02}


def test_years_can_be_attached_to_a_run(own):
    run = own.save(sample_run())
    own.ok("simulate", "--run", run, "--set", "cola_rate@2026=0.03", "--attach", run)
    data = own.json("show", run)["simulation_data"]
    assert data["simulation_results"]["year_summaries"]["2026"]["parameters"]["cola_rate"] == 0.03
    assert data["simulation_provenance"]["locks"] == "honoured" and len(data["simulation_provenance"]["data"]["content"]) == 64
    own.ok("summary", "--years", "2025-2026", "--attach", run)
    assert own.json("show", run)["simulation_data"]["simulation_results"] == own.json("summary", "--years", "2025-2026")
    assert len(own.json("history", run)) == 3
    own.ok("lock", run)
    assert own.run("summary", "--attach", run).returncode == 5


def test_a_year_that_is_not_there_is_an_error(own):
    done = own.run("summary", "--year", "2040", "--output", "json")
    assert done.returncode == 3 and list(json.loads(done.stdout)) == ["error"] and "2025" in done.stderr
    done = own.run("summary", "--years", "2029-2030", "--output", "json")
    years = json.loads(done.stdout)["year_summaries"]
    assert done.returncode == 3 and list(years["2030"]) == ["error"] and years["2029"]["year"] == 2029
    done = own.run("summary", "--years", "2029-2030", "--output", "jsonl")
    assert [json.loads(line)["year"] for line in done.stdout.splitlines()] == [2029, 2030]
    done = own.run("summary", "--year", "2040")
    assert done.returncode == 3 and done.stdout == ""


def test_tables_replace_only_what_was_written_as_tables_before(own):
    own.ok("setup")
    before = (own.folder / "planwise.duckdb").read_bytes()
    for target, word in (("planwise.duckdb", "the store in use"), ("simulation.duckdb", "the simulation being read")):
        done = own.run("simulate", "--years", "2025", "--save-to", target, "--force")
        assert done.returncode == 4 and word in done.stderr, done.stderr
        assert "--force replaces" not in done.stderr
    shutil.copy(own.folder / "planwise.duckdb", own.folder / "other.db")
    done = own.run("simulate", "--years", "2025", "--save-to", "other.db", "--force")
    assert done.returncode == 4 and "store of runs" in done.stderr
    assert (own.folder / "planwise.duckdb").read_bytes() == before == (own.folder / "other.db").read_bytes()
    for _ in range(2):
        own.ok("simulate", "--years", "2025", "--save-to", "scenario.duckdb", "--force")
    own.ok("summary", "--simulation", "scenario.duckdb")


def test_empty_values_are_not_taken_for_absent(own):
    for option, value in (("--settings", ""), ("--save-to", ""), ("--dbt", ""), ("--dbt", "one_draw,"), ("--census", " "), ("--compare-to", "")):
        done = own.run("simulate", "--years", "2025", option, value)
        assert done.returncode in (2, 64) and done.stdout == "", (option, value, done.stderr)
    done = own.run("simulate", "--years", "2025", "--seeds", "3", "--budget", "800M")
    assert done.returncode == 64 and "'800M' is no amount" in done.stderr


def test_what_cannot_be_computed_is_no_0_and_no_all_clear(own):
    import duckdb
    with duckdb.connect(str(own.folder / "simulation.duckdb")) as connection:
        connection.execute("DROP TABLE fct_yearly_events")
    row = next(csv.DictReader(io.StringIO(own.ok("summary", "--year", "2026", "--output", "csv"))))
    assert row["events_hire"] == "" and row["events_RAISE"] == ""
    done = own.run("summary", "--warnings")
    assert "minimum_raise could not be looked for in 2025, 2026" in done.stderr
    done = own.run("distribution", "--year", "2024", "--pay", "prorated")
    assert done.returncode == 0 and "baseline" in done.stderr
    assert "*" not in own.ok("distribution", "--year", "2024", "--compression")


def test_views_of_an_export_are_named(own):
    import duckdb
    with duckdb.connect(str(own.folder / "simulation.duckdb")) as connection:
        connection.execute("ALTER TABLE fct_workforce_snapshot RENAME TO kept")
        connection.execute("CREATE VIEW fct_workforce_snapshot AS SELECT * FROM kept")
        connection.execute(f"EXPORT DATABASE '{own.folder / 'out'}' (FORMAT parquet)")
    done = own.run("summary", "--simulation", "out")
    assert done.returncode != 0 and "fct_workforce_snapshot" in done.stderr and "view in schema.sql" in done.stderr
