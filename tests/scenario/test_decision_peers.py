"""The 17 levers on the real database: SciPy's solvers drive the very evaluator that ours do, with as many evaluations."""

import json
import subprocess

import numpy as np
import pytest
from conftest import BINARY

EVALUATIONS = 200
PLAN = """
scenario_id = "budget_band"

[levers]
years = [2026, 2027, 2028, 2029]

[objective]
form = "normalised"
compensation_growth = 0.02

[[constraints]]
name = "budget band"
figure = "active_compensation"
relative = true
minimum = -0.05
maximum = 0.01

[solver]
algorithm = "{algorithm}"
max_evaluations = {evaluations}
seed = 7
"""


class Spent(Exception):
    """All evaluations are used."""


class Evaluator:
    """`planwise evaluate` as a function of a point in the unit box; counts, and keeps the best that is feasible."""

    def __init__(self, shell, simulation, plan, names, bounds):
        self.names, self.lower = names, np.array([bounds[name][0] for name in names])
        self.span = np.array([bounds[name][1] for name in names]) - self.lower
        self.process = subprocess.Popen([str(BINARY), "--quiet", "--simulation", str(simulation), "evaluate", "--plan", str(plan)],
                                        cwd=shell.folder, env=shell.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.used, self.best, self.known = 0, np.inf, {}

    def answer(self, unit):
        unit = np.clip(unit, 0, 1)
        key = unit.tobytes()
        if key not in self.known:
            if self.used >= EVALUATIONS:
                raise Spent
            self.used += 1
            levers = np.clip(self.lower + unit * self.span, self.lower, self.lower + self.span)
            self.process.stdin.write(json.dumps(dict(zip(self.names, levers.tolist()))) + "\n")
            self.process.stdin.flush()
            self.known[key] = json.loads(self.process.stdout.readline())
            if self.known[key]["feasible"]:
                self.best = min(self.best, self.value(unit))
        return self.known[key]

    def value(self, unit):
        return next(iter(self.answer(unit)["objectives"].values()))

    def room(self, unit):
        """At least 0 where the band holds, relative to its size as everything else."""
        row = self.answer(unit)["constraints"][0]
        size = abs(row["maximum"] - row["minimum"])
        return np.array([(row["value"] - row["minimum"]) / size, (row["maximum"] - row["value"]) / size])

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=10) == 0


def with_slsqp(evaluator, start):
    from scipy.optimize import minimize

    minimize(evaluator.value, start, method="SLSQP", bounds=[(0, 1)] * len(start), constraints=[{"type": "ineq", "fun": evaluator.room}],
             options={"maxiter": 10_000})


def with_differential_evolution(evaluator, start):
    from scipy.optimize import NonlinearConstraint, differential_evolution

    differential_evolution(evaluator.value, [(0, 1)] * len(start), x0=start, seed=7, maxiter=10_000, popsize=2,
                           constraints=NonlinearConstraint(evaluator.room, 0, np.inf))


@pytest.mark.parametrize("algorithm", ["SLSQP"])
def test_17_levers_within_a_budget_band_come_out_no_worse_than_with_scipy(shell, shared, algorithm, capsys):
    simulation = shared / "simulation.duckdb"
    plan = shell.folder / "plan.toml"
    plan.write_text(PLAN.format(algorithm=algorithm, evaluations=EVALUATIONS))
    found = shell.json("--simulation", simulation, "optimize", "--plan", plan)
    assert found["function_evaluations"] <= EVALUATIONS
    run = shell.json("show", found["run_id"])
    bounds, start = run["configuration"]["parameter_bounds"], run["configuration"]["initial_parameters"]
    names = list(bounds)
    assert len(names) == 17

    def evaluator():
        return Evaluator(shell, simulation, plan, names, bounds)

    ours = evaluator()
    at = np.array([(found["optimal_parameters"][name] - bounds[name][0]) / (bounds[name][1] - bounds[name][0]) for name in names])
    value = ours.value(at)
    assert ours.answer(at)["feasible"], ours.answer(at)["constraints"]
    ours.close()
    best = {}
    for solve in (with_slsqp, with_differential_evolution):
        peer = evaluator()
        try:
            solve(peer, np.array([(start[name] - low) / (high - low) for name, (low, high) in bounds.items()]))
        except Spent:
            pass
        peer.close()
        best[solve.__name__] = peer.best
    with capsys.disabled():
        print(f"\n{algorithm} {value:.6f} in {run['metadata']['runtime_seconds']:.2f} s; SciPy {best}")
    assert value <= min(best.values()) + 1e-9
