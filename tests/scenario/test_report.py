"""The evidence report: from the shell, in every form, opened by a real browser, recalculated by LibreOffice."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import sample_run

BROWSER = next((path for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable") if (path := shutil.which(name))), None)
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def need(tool, name):
    if tool is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is missing, and CI has it")
        pytest.skip(f"{name} is not here")


def study_run(scenario="merit_2026"):
    """A run as studies store it."""
    run = sample_run(scenario)
    run["metadata"].update(run_id=f"study-{scenario}", optimization_type="policy_optimization", optimization_engine="nlopt_slsqp", status="completed",
                           created_at="2026-03-01T10:00:00Z", completed_at="2026-03-01T10:05:00Z", converged=True, function_evaluations=187, runtime_seconds=2.5)
    merit = {f"merit_rate_level_{level}": rate for level, rate in enumerate((0.045, 0.04, 0.035, 0.035, 0.04), 1)}
    run["configuration"] = {
        "initial_parameters": {**merit, "cola_rate": 0.025, "new_hire_salary_adjustment": 1.15},
        "parameter_bounds": {**{name: [0.02, 0.08] for name in merit}, "cola_rate": [0.0, 0.05], "new_hire_salary_adjustment": [1.0, 1.3]},
        "algorithm_config": {"kind": "optimize", "evaluator": {"kind": "simulator"}, "simulation": {"first_year": 2026, "last_year": 2029, "target_year": 2029},
                             "objective": {"weights": {"cost": 0.4, "equity": 0.3, "targets": 0.3}, "form": "as_it_stands"}}}
    pay = {"2026": (714.8e6, 711.2e6), "2027": (734.5e6, 728.0e6), "2028": (771.8e6, 762.1e6), "2029": (796.0e6, 783.5e6)}
    history = [318.9 - 5 * (1 - 0.97 ** i) + (2 if i % 9 == 4 else 0) for i in range(120)]
    run["results"] = {
        "optimal_parameters": {**merit, "merit_rate_level_1": 0.02, "merit_rate_level_2": 0.031, "cola_rate": 0.0125, "new_hire_salary_adjustment": 1.1},
        "objective_value": 0.4 * 783.5 + 0.3 * 0.64 + 0.3 * 0.0001, "objective_history": history,
        "objective_breakdown": {"cost": 783.5, "equity": 0.64, "targets": 0.0001, "equity_within_cap": 0.11, "cost_normalised": 0.984, "equity_normalised": 1.02},
        "estimated_cost_impact": {"baseline": 796e6, "proposed": 783.5e6, "change": -12.5e6, "year": 2029},
        "estimated_employee_impact": {"employees_affected": 4700.0, "by_level": [
            {"level": level, "active": people, "affected": people, "mean_pay_baseline": mean, "mean_pay_proposed": mean * 0.985, "levers_changed": ["cola_rate"]}
            for level, people, mean in ((1, 2012.0, 71200.0), (2, 1490.0, 102300.0), (3, 980.0, 143800.0), (4, 420.0, 228000.0), (5, 3.0, 912345.0))]},
        "projected_outcomes": {
            "years": {year: {"active_compensation": {"baseline": before, "best": after, "change": after - before},
                             "prorated_compensation": {"baseline": before * 1.02, "best": after * 1.02, "change": 1.02 * (after - before)},
                             "active_headcount": {"baseline": 4639.0, "best": 4639.0, "change": 0.0},
                             "active_mean": {"baseline": before / 4639, "best": after / 4639, "change": (after - before) / 4639}}
                      for year, (before, after) in pay.items()},
            "constraints": [{"name": "budget", "figure": "active_compensation", "unit": "money", "level": None, "year": 2029, "minimum": None, "maximum": 785e6,
                             "value": 783.5e6, "violation": 0.0, "headroom": 1.5e6, "satisfied": True},
                            {"name": "growth of pay", "figure": "mean_growth", "unit": "fraction", "level": None, "year": 2029, "minimum": 0.01, "maximum": None,
                             "value": 0.0174, "violation": 0.0, "headroom": 0.0074, "satisfied": True}],
            "start": {"objective_breakdown": {"cost": 796.0, "equity": 0.61}},
            "front": {"size": 12, "points": [{"evaluation": i, "goals": {"cost": 781 + i * 1.5, "equity": 0.66 - 0.02 * i ** 0.5}, "knee": i == 3} for i in range(12)],
                      "hypervolume": 3.25, "price_of_equity": {"money_per_point": 2812500.0}},
            "uncertainty": {"plan": {year: {"active_compensation": {"n": 200, "p10": {"value": 0.988 * after, "low": None, "high": None},
                                                                    "p50": {"value": after, "low": None, "high": None},
                                                                    "p90": {"value": 1.011 * after, "low": None, "high": None}, "threshold": 785e6,
                                                                    "chance_above": {"value": 0.38 if year == "2029" else 0.0, "low": 0.31, "high": 0.45}}}
                                     for year, (_, after) in pay.items()}}},
        "sensitivity_analysis": {"method": "sobol", "sobol": {"outputs": [{"output": "objective", "effects": [
            {"factor": name, "first_order": {"value": value * 0.9, "low": value * 0.8, "high": value}, "total_order": {"value": value, "low": value * 0.9, "high": value * 1.1},
             "no_effect": value == 0} for name, value in (("cola_rate", 0.52), ("merit_rate_level_1", 0.21), ("merit_rate_level_2", 0.16),
                                                          ("new_hire_salary_adjustment", 0.08), ("merit_rate_level_3", 0.03), ("merit_rate_level_5", 0.0))]}]}}}
    return run


def pages(pdf):
    out = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"Pages:\s+(\d+)", out).group(1)), re.search(r"Page size:\s+(.*)", out).group(1)


def test_markdown_has_the_structure_that_is_promised(shell):
    run = shell.save(study_run())
    text = shell.ok("report", run, "--form", "markdown", "--to", "-")
    assert re.findall(r"^#{1,2} (.*)$", text, re.M) == [
        "merit\\_2026", "Summary", "Decision", "Recommendations", "Levers", "Levers at a bound", "Costs", "People affected", "Equity", "Conditions and headroom",
        "Cost against equity", "Sensitivity", "Uncertainty", "Risk and mitigation", "Algorithm performance", "Method", "Provenance and reproduction",
        "What this run does not hold"]
    assert "783.5 M" in text and "912,345" not in text
    assert shell.json("list")["runs"][0]["content_hash"] in text
    assert text == shell.ok("report", run, "--form", "markdown", "--to", "-")


def test_fault_13_missing_parts_are_said_to_be_missing(shell):
    run = shell.save(sample_run())
    for edition in ("board", "full"):
        text = shell.ok("report", run, "--form", "markdown", "--edition", edition, "--to", "-")
        for what in ("Costs by year", "Sensitivity", "Uncertainty over seeds (P10, P50, P90)"):
            assert f"{what}: not stored with this run" in text, (edition, what)


def test_the_file_is_as_asked_and_nothing_is_replaced_unasked(shell):
    run = shell.save(study_run())
    made = shell.json("report", run, "--edition", "board")
    assert pathlib.Path(made["path"]).name == f"report_{run}_board.html" and made["form"] == "html"
    assert shell.run("report", run, "--edition", "board").returncode == 4
    shell.ok("report", run, "--edition", "board", "--force")
    assert shell.json("report", run, "--to", "x.md")["form"] == "markdown"
    assert shell.run("report", "nobody", "--to", "-").returncode == 3
    assert shell.run("report", run, "--form", "docx").returncode == 64
    assert shell.run("report", run, "--compare-to", run, "--to", "-").returncode == 2


def test_what_changed_between_two_runs(shell):
    before, after = study_run(), study_run("merit_2026_b")
    after["results"]["optimal_parameters"]["cola_rate"] = 0.02
    first, second = shell.save(before), shell.save(after)
    text = shell.ok("report", second, "--compare-to", first, "--form", "markdown", "--to", "-")
    assert "## What changed" in text and "| 1.25 % | 2.00 % | +0.75 pp |" in text
    assert "Whether both saw the same data cannot be told" in text


def test_pdf_without_a_browser_says_what_to_do(shell):
    run = shell.save(study_run())
    done = shell.run("report", run, "--form", "pdf", env={"PATH": "/nowhere"})
    assert done.returncode == 8 and "install chromium" in done.stderr
    assert shell.run("report", run, "--form", "pdf", env={"PLANWISE_BROWSER": "/nowhere/chrome"}).returncode == 3
    assert shell.run("report", run, "--form", "pdf", env={"PLANWISE_BROWSER": "/bin/false"}).returncode == 12
    assert list(shell.folder.glob("*.pdf")) == []


def test_the_board_edition_has_one_or_two_pages(shell):
    need(BROWSER, "a browser")
    need(shutil.which("pdfinfo"), "pdfinfo")
    for run, name in ((study_run(), "full.pdf"), (sample_run("bare"), "bare.pdf")):
        shell.ok("report", shell.save(run), "--edition", "board", "--to", name)
        count, size = pages(shell.folder / name)
        assert count in (1, 2) and size.startswith("59") and "A4" in size
    again = shell.folder / "again.pdf"
    shell.ok("report", "study-merit_2026", "--edition", "board", "--to", again)
    assert again.read_bytes() == (shell.folder / "full.pdf").read_bytes()


def test_html_opens_in_a_browser_with_the_network_off(shell):
    need(BROWSER, "a browser")
    page = shell.folder / "r.html"
    shell.ok("report", shell.save(study_run()), "--to", page)
    html = page.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href|action|data)\s*=\s*["']?(https?:)?//|url\(|@import|<script|<link""", html)
    command = [BROWSER, "--headless", "--disable-gpu", "--no-first-run", f"--user-data-dir={shell.folder}/profile", "--host-resolver-rules=MAP * ~NOTFOUND",
               f"--log-net-log={shell.folder}/net.json", "--dump-dom", page.as_uri()]
    if os.geteuid() == 0:
        command.insert(1, "--no-sandbox")
    # No network at all where the machine lets us take it away; no names resolve anywhere.
    if subprocess.run(["unshare", "--user", "--map-root-user", "--net", "true"], capture_output=True, check=False).returncode == 0:
        command = ["unshare", "--user", "--map-root-user", "--net", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "What this run does not hold" in done.stdout and done.stdout.count("<svg") >= 5
    log = (shell.folder / "net.json").read_text(encoding="utf-8", errors="replace")
    services = re.compile(r"https?://[a-z0-9.-]*(google\.com|googleapis\.com|gvt1\.com)[/?]")  # the browser's own
    assert not [url for url in re.findall(r'"url":"(https?:[^"]+)"', log) if not services.match(url)]


def test_a_study_on_data_has_a_bridge_that_ends_at_its_cost(shell, shared):
    data = shared / "simulation.duckdb"
    done = shell.run("optimize", "--simulation", data, "--years", "2025-2029", "--budget", "790000000", "--normalised", "--max-evaluations", "100", "--seed", "7",
                     "--output", "json", timeout=300)
    run = json.loads(done.stdout)["run_id"]
    text = shell.ok("report", run, "--simulation", data, "--form", "markdown", "--to", "-")
    plan = json.loads(shell.ok("show", run, "--output", "json"))["results"]["projected_outcomes"]["years"]["2029"]["active_compensation"]["best"]
    bridge = text[text.index("**Cost bridge of the plan, end of 2028 to end of 2029**"):]
    assert f"| End | {plan / 1e6:,.1f} M |" in bridge and "| Leavers | -" in bridge
    assert text == shell.ok("report", run, "--simulation", data, "--form", "markdown", "--to", "-")
    assert f"planwise reproduce {run}" in text and "simulation.duckdb" in text and str(shared) not in text
    without = shell.ok("report", run, "--form", "markdown", "--to", "-")
    assert "Cost bridge: not stored with this run." in without
    need(BROWSER, "a browser")
    shell.ok("report", run, "--simulation", data, "--edition", "board", "--to", "board.pdf")
    assert pages(shell.folder / "board.pdf")[0] in (1, 2)


def test_the_assumptions_recalculate_to_our_figures(shell):
    need(OFFICE, "LibreOffice")
    openpyxl = pytest.importorskip("openpyxl")
    shell.ok("export", shell.save(study_run()), "--format", "excel", "--to", "run.xlsx")
    ours = openpyxl.load_workbook(shell.folder / "run.xlsx", data_only=True)["Assumptions"]
    formulas = openpyxl.load_workbook(shell.folder / "run.xlsx")
    cells = [cell for row in formulas["Assumptions"].iter_rows() for cell in row if isinstance(cell.value, str) and cell.value.startswith("=")]
    assert len(cells) > 40
    # The kept values are taken away, so that what comes back is LibreOffice's own.
    formulas.save(shell.folder / "empty.xlsx")
    recalculated = recalculate(shell.folder, "empty.xlsx", openpyxl)["Assumptions"]
    for cell in cells:
        mine, theirs = ours[cell.coordinate].value, recalculated[cell.coordinate].value
        assert theirs == pytest.approx(mine, rel=1e-12, abs=1e-9), (cell.coordinate, cell.value)
    values = {row[0].value: row[1].value for row in ours.iter_rows() if row[0].value}
    assert values["Headroom"] == pytest.approx(1.5e6)
    # A lever changed: the totals move by what it says.
    sheet = formulas["Assumptions"]
    level = next(row for row in sheet.iter_rows() if row[0].value == 1 and row[1].value == 2012)
    total = next(row for row in sheet.iter_rows() if row[0].value == "Total")
    level[4].value = 0.03
    formulas.save(shell.folder / "changed.xlsx")
    changed = recalculate(shell.folder, "changed.xlsx", openpyxl)["Assumptions"]
    assert changed[total[8].coordinate].value - ours[total[8].coordinate].value == pytest.approx(2012 * 71200 * 0.01)


def test_the_workbook_holds_the_report_with_figures_as_numbers(shell):
    openpyxl = pytest.importorskip("openpyxl")
    run = shell.save(study_run())
    shell.ok("export", run, "--format", "excel", "--to", "run.xlsx")
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(shell.folder / "run.xlsx")["Report"].iter_rows()]
    titles = {row[0] for row in rows}
    text = shell.ok("report", run, "--form", "markdown", "--to", "-")
    sections = {re.sub(r"\\(.)", r"\1", line[3:]) for line in text.splitlines() if line.startswith("## ")}
    assert sections and sections <= titles
    stored = shell.json("show", run)["results"]["optimal_parameters"]["merit_rate_level_1"]
    assert [row[2] for row in rows if row[0] == "Merit rate, level 1"][0] == pytest.approx(stored, rel=1e-12)


def recalculate(folder, name, openpyxl):
    (folder / "out").mkdir(exist_ok=True)
    subprocess.run([OFFICE, f"-env:UserInstallation=file://{folder}/office", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out"),
                    str(folder / name)], capture_output=True, timeout=120, check=True)
    return openpyxl.load_workbook(folder / "out" / name, data_only=True)
