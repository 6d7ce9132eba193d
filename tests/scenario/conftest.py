"""Short scripts against the real program: env PLANWISE names the binary, else the dev build's is used."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("PLANWISE", ROOT / "build/dev/apps/cli/planwise")).resolve()
FIXTURES = ROOT / "tests/fixtures/legacy"
SHARED = pathlib.Path(os.environ.get("PLANWISE_SHARED", ROOT.parent / "shared"))


class Shell:
    """Runs planwise in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PLANWISE_")}
        self.env.update({"TZ": "America/New_York", "PLANWISE_USER": "tester", "HOME": str(folder),
                         "PLANWISE_CACHE_DIR": str(pathlib.Path(folder) / "cache")})

    def run(self, *args, input=None, env=None, timeout=120):
        return subprocess.run(
            [str(BINARY), *map(str, args)], cwd=self.folder, input=input, env={**self.env, **(env or {})},
            capture_output=True, text=True, timeout=timeout, check=False)

    def ok(self, *args, **kwargs):
        done = self.run(*args, **kwargs)
        assert done.returncode == 0, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def bytes(self, *args):
        return subprocess.run([str(BINARY), *map(str, args)], cwd=self.folder, env=self.env, stdout=subprocess.PIPE, timeout=120, check=True).stdout

    def json(self, *args):
        return json.loads(self.ok(*args, "--output", "json"))

    def save(self, run, *args):
        return self.ok("save", "-", *args, input=json.dumps(run)).strip()


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


@pytest.fixture
def shared():
    """The data beside the project; without it the test is skipped aloud, on CI it fails."""
    if not (SHARED / "data/simulation.duckdb").exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{SHARED}/data is missing, and CI has it")
        pytest.skip(f"{SHARED}/data is not here")
    return SHARED / "data"


def sample_run(scenario="merit_2026", **results):
    return {
        "metadata": {"scenario_id": scenario, "tags": ["q4"], "description": "Spring planning",
                     "business_justification": "100 %_sure"},
        "configuration": {"initial_parameters": {"cola_rate": 0.03}},
        "results": {"optimal_parameters": {"cola_rate": 0.02}, "objective_value": 0.25, "risk_level": "LOW", **results},
    }
