"""planwise census: generate and check."""

import hashlib
import json

from conftest import ROOT


def test_the_same_options_give_the_same_bytes(shell):
    shell.ok("census", "generate", "--out", "census.csv")
    assert (shell.folder / "census.csv").read_bytes() == (ROOT / "examples/census_5000.csv").read_bytes()
    digests = set()
    for name in ("a.parquet", "b.parquet"):
        shell.ok("census", "generate", "--people", "300", "--seed", "7", "--out", name)
        digests.add(hashlib.sha256((shell.folder / name).read_bytes()).hexdigest())
    assert len(digests) == 1


def test_csv_and_parquet_hold_the_same_people(shell):
    reports = []
    for name in ("a.csv", "a.parquet"):
        made = shell.json("census", "generate", "--people", "400", "--out", name)
        assert made["people"] == 400 and made["bytes"] == (shell.folder / name).stat().st_size
        report = shell.json("census", "check", name)
        assert report["usable"] and report["rows"] == 400
        report.pop("file")
        reports.append(report)
    assert reports[0] == reports[1]


def test_an_existing_file_stays_unless_forced(shell):
    (shell.folder / "mine.csv").write_text("mine")
    assert shell.run("census", "generate", "--people", "5", "--out", "mine.csv").returncode == 4
    assert (shell.folder / "mine.csv").read_text() == "mine"
    shell.ok("census", "generate", "--people", "5", "--out", "mine.csv", "--force")
    assert shell.json("census", "check", "mine.csv")["rows"] == 5


def test_faults_are_found_with_row_and_column(shell):
    shell.ok("census", "generate", "--people", "500", "--fault", "negative_pay=3", "--fault", "duplicate_id=2", "--out", "faulty.csv")
    done = shell.run("census", "check", "faulty.csv", "--output", "json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["duplicates"] == 2 and report["issue_count"] == 3 and not report["usable"]
    lines = (shell.folder / "faulty.csv").read_text().splitlines()
    for issue in report["issues"]:
        assert issue["column"] == "employee_gross_compensation"
        assert ",-" in lines[issue["row"]]
    assert shell.run("census", "check", "faulty.csv").returncode == 1
    assert len(shell.run("census", "check", "faulty.csv", "--output", "csv").stdout.splitlines()) == 4


def test_wrong_requests_say_what_is_allowed(shell):
    for arguments, word in ((["--out", "a.txt"], ".parquet"), (["--out", "a.csv", "--fault", "typo=1"], "negative_pay"),
                            (["--out", "a.csv", "--fault", "negative_pay=x"], "whole number"), (["--out", "a.csv", "--plan-year", "9"], "1950")):
        done = shell.run("census", "generate", *arguments)
        assert done.returncode == 2 and word in done.stderr, done.stderr
    assert shell.run("census", "check", "missing.csv").returncode == 3


def test_a_census_of_one_and_of_none(shell):
    for people in (1, 0):
        shell.ok("census", "generate", "--people", people, "--out", f"{people}.csv")
        done = shell.run("census", "check", f"{people}.csv", "--output", "json")
        assert done.returncode in (0, 1)
        assert json.loads(done.stdout)["rows"] == people


def test_the_check_finds_what_the_simulator_refuses(shell):
    for fault in ("hire_in_future=2", "negative_pay=2", "missing_hire_date=2"):
        shell.ok("census", "generate", "--people", "50", "--fault", fault, "--out", "c.csv", "--force")
        assert shell.run("census", "check", "c.csv").returncode == 1
        done = shell.run("simulate", "--census", "c.csv", "--years", "2025")
        assert done.returncode == 2 and "'c.csv': row " in done.stderr and "column employee_" in done.stderr
    for fault in ("zero_pay=2", "extreme_pay=2", "hire_before_birth=2"):
        shell.ok("census", "generate", "--people", "50", "--fault", fault, "--out", "c.csv", "--force")
        done = shell.run("census", "check", "c.csv")
        assert done.returncode == 0 and "2 rows, the first row" in done.stderr
        shell.ok("simulate", "--census", "c.csv", "--years", "2025")
