"""Commands over databases that lack what a figure needs: an error or null with a reason, never a zero."""

import json
import subprocess
import sys

import pytest
from conftest import ROOT

CENSUS = ROOT / "examples/census_5000.csv"


@pytest.fixture
def damaged(shell):
    """Runs statements in a simulation made here, then commands over it."""
    shell.ok("simulate", "--census", CENSUS, "--years", "2025-2026", "--save-to", "simulation.duckdb", "--quiet")

    def damage(statements):
        subprocess.run([sys.executable, "-c", "import duckdb, sys; duckdb.connect('simulation.duckdb').execute(sys.argv[1])", statements],
                       cwd=shell.folder, check=True)
        return shell
    return damage


@pytest.mark.parametrize("statements, command, named", [
    ("alter table fct_workforce_snapshot drop column current_compensation", ["bridge"], "current_compensation"),
    ("update fct_workforce_snapshot set current_compensation = null", ["summary", "--growth"], "current_compensation"),
    ("alter table fct_workforce_snapshot drop column prorated_annual_compensation", ["summary", "--cost"], "prorated_annual_compensation"),
    ("alter table fct_workforce_snapshot drop column level_id", ["distribution", "--year", "2025", "--ranges"], "level_id"),
    ("alter table fct_workforce_snapshot drop column employee_id", ["drill", "--year", "2025"], "employee_id"),
    ("alter table fct_workforce_snapshot drop column simulation_year", ["bridge"], "has no column simulation_year"),
    ("update fct_workforce_snapshot set simulation_year = null", ["summary"], "has a simulation_year that can be read"),
    ("delete from fct_workforce_snapshot", ["bridge"], "fct_workforce_snapshot is empty"),
    ("delete from fct_workforce_snapshot", ["summary", "--cost", "--years", "2025-2026"], "fct_workforce_snapshot is empty"),
])
def test_a_figure_without_its_column_is_an_error(damaged, statements, command, named):
    done = damaged(statements).run(*command, "--output", "json")
    assert done.returncode != 0 and done.stdout == "", done.stdout[:200]
    assert named in json.loads(done.stderr.splitlines()[-1])["error"]["message"]


def test_a_bridge_without_events_says_what_it_cannot_tell(damaged):
    done = damaged("drop table fct_yearly_events").run("bridge", "--from", "2025", "--output", "json")
    bridge = json.loads(done.stdout)
    assert bridge["merit"] is None and bridge["promotion_count"] is None and "fct_yearly_events" in bridge["reason"]
    assert "cannot be told apart" in done.stderr


def test_bridges_are_told_for_the_years_that_can_be(damaged):
    done = damaged("update int_baseline_workforce set current_compensation = null").run("bridge", "--output", "json")
    assert [b["from_year"] for b in json.loads(done.stdout)] == [2025]
    assert done.returncode == 9 and "no bridge into 2025" in done.stderr and "current_compensation" in done.stderr


def test_compression_hides_small_levels(damaged):
    shell = damaged("update fct_workforce_snapshot set level_id = 5 where level_id = 4 and detailed_status_code <> 'new_hire_active'; "
                    "delete from fct_workforce_snapshot where level_id = 5 and simulation_year = 2025 and detailed_status_code = 'continuous_active' and employee_id not in "
                    "(select employee_id from fct_workforce_snapshot where level_id = 5 and simulation_year = 2025 and detailed_status_code = 'continuous_active' "
                    "order by current_compensation limit 2)")
    table = shell.ok("distribution", "--compression", "--year", "2025")
    assert "*" in table and "--minimum-cell" in table
