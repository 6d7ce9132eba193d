#!/usr/bin/env python3
"""`planwise optimize --function` against SciPy, pycma and pymoo with equal budgets.

    scripts/setup --peers
    .tools/peers/bin/python tests/soak/compare_with_peers.py [--seeds 10] [--quick] [--planwise PROGRAM]

For each function, number of variables and solver: the median of the best feasible values, how many seeds came within 1e-6 of
the known optimum (relative to it where it is above 1), and the median of the evaluations used. Peers that end before the
budget is used start again from a random point, as the solvers here do. Solvers compare within their kind: local with
gradients (SLSQP, L-BFGS-B), local without (COBYLA), global (DE, CMA-ES). A kind falls short where its best solver here has
fewer hits than the peers' best. For several objectives: the median hypervolume against pymoo's NSGA-II, at least 99 % of it.
Ends with status 1 when something falls short.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import warnings

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import peer_functions  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOCAL_BUDGET, GLOBAL_BUDGET, FRONT_BUDGET = 2_000, 20_000, 25_000
FEASIBLE, HIT = 1e-6, 1e-6
KINDS = {"gradients": (LOCAL_BUDGET, ("SLSQP", "L-BFGS-B"), ("scipy SLSQP", "scipy L-BFGS-B")),
         "no gradients": (LOCAL_BUDGET, ("COBYLA",), ("scipy COBYLA",)),
         "global": (GLOBAL_BUDGET, ("DE", "CMA-ES"), ("scipy DE", "pycma"))}
FRONTS = {"zdt1": (30, [1.1, 1.1]), "zdt2": (30, [1.1, 1.1]), "zdt3": (30, [1.1, 1.1]), "dtlz2": (12, [1.1, 1.1, 1.1])}


class Spent(Exception):
    """The budget is used up."""


class Counted:
    """The function as a peer calls it: counts, keeps the best feasible value, and ends at the budget."""

    def __init__(self, function, budget):
        self.function, self.budget, self.used, self.best = function, budget, 0, np.inf
        self.last = None

    def __call__(self, x):
        x = np.clip(np.asarray(x, float), self.function.lower, self.function.upper)
        if self.last is not None and np.array_equal(x, self.last[0]):
            return self.last[1]
        if self.used >= self.budget:
            raise Spent
        self.used += 1
        value = self.function.value(x)
        self.last = (x.copy(), value)
        if self.function.violation(x) <= FEASIBLE:
            self.best = min(self.best, value)
        return value


def scipy_local(method, counted, random):
    from scipy.optimize import minimize

    function = counted.function
    constraints = () if function.constraints is None else [{"type": "ineq", "fun": lambda x: -np.asarray(function.constraints(x))}]
    while True:
        start = random.uniform(function.lower, function.upper)
        minimize(counted, start, method=method, bounds=list(zip(function.lower, function.upper)), constraints=constraints)


def scipy_de(counted, random):
    from scipy.optimize import NonlinearConstraint, differential_evolution

    function = counted.function
    constraints = () if function.constraints is None else (NonlinearConstraint(lambda x: np.asarray(function.constraints(x)), -np.inf, 0),)
    while True:
        differential_evolution(counted, list(zip(function.lower, function.upper)), constraints=constraints, maxiter=100_000, seed=int(random.integers(2**31)))


def pycma(counted, random):
    import cma

    function = counted.function
    span = function.upper - function.lower

    def penalised(x):
        x = np.clip(x, 0, 1) * span + function.lower
        value, violation = counted(x), function.violation(x)
        return value if violation <= FEASIBLE else 1e12 + violation

    population = 4 + int(3 * np.log(function.dimensions))
    while True:
        options = {"bounds": [0, 1], "verbose": -9, "seed": int(random.integers(1, 2**31)), "popsize": population, "maxfevals": counted.budget,
                   "tolfun": 1e-11}
        cma.fmin(penalised, random.uniform(0, 1, function.dimensions), 0.3, options)
        population *= 2


PEERS = {"scipy SLSQP": lambda counted, random: scipy_local("SLSQP", counted, random),
         "scipy L-BFGS-B": lambda counted, random: scipy_local("L-BFGS-B", counted, random),
         "scipy COBYLA": lambda counted, random: scipy_local("COBYLA", counted, random), "scipy DE": scipy_de, "pycma": pycma}


def function_of(name, dimensions):
    make = peer_functions.CONSTRAINED.get(name)
    return make() if make else peer_functions.unconstrained(name, dimensions)


def of_peer(solver, name, dimensions, budget, seed):
    warnings.filterwarnings("ignore")
    counted = Counted(function_of(name, dimensions), budget)
    try:
        PEERS[solver](counted, np.random.default_rng(seed))
    except Spent:
        pass
    return counted.best, counted.used


def planwise(program, *args):
    with tempfile.TemporaryDirectory() as folder:
        call = [program, "--db", f"{folder}/peers.duckdb", "--quiet", "--output", "json", *map(str, args)]
        done = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if not done.stdout:
            raise SystemExit(f"{' '.join(call)}: status {done.returncode}: {done.stderr.decode()}")
        return json.loads(done.stdout)


def of_ours(program, solver, name, dimensions, budget, seed):
    # On a test function a study goes on with starts for as long as evaluations are left, as the peers do here.
    found = planwise(program, "optimize", "--function", name, "--dimensions", dimensions, "--algorithm", solver, "--max-evaluations", budget,
                     "--seed", seed)
    value = found["objective_value"]
    return (np.inf if value is None else value), found["function_evaluations"]


def problems(quick):
    for name in ("sphere", "rosenbrock", "rastrigin") if quick else peer_functions.BOXES:
        for dimensions in (2,) if quick else (2, 5, 10):
            yield name, dimensions
    for name in ("g06", "g08") if quick else peer_functions.CONSTRAINED:
        yield name, peer_functions.CONSTRAINED[name]().dimensions


def compare_values(options, pool):
    short = []
    print(f"{'function':<16} {'n':>2} {'kind':<13} {'solver':<15} {'median - optimum':>17} {'hits':>5} {'evaluations':>11}")
    for name, dimensions in problems(options.quick):
        function = function_of(name, dimensions)
        for kind, (budget, ours, peers) in KINDS.items():
            if function.constraints is not None:
                peers = tuple(peer for peer in peers if peer != "scipy L-BFGS-B")
            jobs = {solver: [pool.submit(of_ours, options.planwise, solver, name, dimensions, budget, seed) for seed in range(1, options.seeds + 1)]
                    for solver in ours}
            jobs |= {solver: [pool.submit(of_peer, solver, name, dimensions, budget, seed) for seed in range(1, options.seeds + 1)] for solver in peers}
            hits = {}
            for solver, futures in jobs.items():
                values = [future.result() for future in futures]
                gaps = [value - function.optimum for value, _ in values]
                hits[solver] = sum(gap <= HIT * max(1.0, abs(function.optimum)) for gap in gaps)
                print(f"{name:<16} {dimensions:>2} {kind:<13} {solver:<15} {statistics.median(gaps):>17.3g} {hits[solver]:>2}/{len(gaps):<2} "
                      f"{statistics.median(used for _, used in values):>11,.0f}", flush=True)
            best, wanted = max(hits[solver] for solver in ours), max(hits[solver] for solver in peers)
            if best < wanted:
                short.append(f"{name} of {dimensions}, {kind}: {best} hits, the peers {wanted}")
    return short


def pymoo_front(name, dimensions, seed):
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.optimize import minimize
    from pymoo.problems import get_problem

    problem = get_problem(name, n_var=dimensions) if name != "dtlz2" else get_problem(name, n_var=dimensions, n_obj=3)
    return minimize(problem, NSGA2(pop_size=100), ("n_eval", FRONT_BUDGET), seed=seed).F


def our_front(program, name, dimensions, seed):
    found = planwise(program, "optimize", "--function", name, "--dimensions", dimensions, "--algorithm", "NSGA-II", "--max-evaluations", FRONT_BUDGET,
                     "--seed", seed)
    return np.array([list(point["goals"].values()) for point in found["front"]["points"]])


def compare_fronts(options, pool):
    from pymoo.indicators.hv import HV

    short = []
    print(f"\n{'front':<6} {'n':>2} {'planwise NSGA-II':>17} {'pymoo NSGA-II':>14} {'ratio':>7}   median hypervolume, {FRONT_BUDGET:,} evaluations")
    for name, (dimensions, reference) in list(FRONTS.items())[: 1 if options.quick else None]:
        seeds = range(1, options.seeds + 1)
        ours = [pool.submit(our_front, options.planwise, name, dimensions, seed) for seed in seeds]
        peers = [pool.submit(pymoo_front, name, dimensions, seed) for seed in seeds]
        # All non-dominated points that were evaluated against the population that the peer ends with.
        volume = HV(ref_point=np.array(reference))
        our = statistics.median(float(volume(job.result())) for job in ours)
        peer = statistics.median(float(volume(job.result())) for job in peers)
        print(f"{name:<6} {dimensions:>2} {our:>17.5f} {peer:>14.5f} {our / peer:>7.4f}", flush=True)
        if our < 0.99 * peer:
            short.append(f"{name}: hypervolume {our:.5f}, pymoo {peer:.5f}")
    return short


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--quick", action="store_true", help="some functions of two variables, one front")
    parser.add_argument("--planwise", default=os.environ.get("PLANWISE", str(ROOT / "build/release/apps/cli/planwise")))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        short = compare_values(options, pool) + compare_fronts(options, pool)
    print("\n" + ("\n".join(f"falls short: {line}" for line in short) if short else "no kind falls short of its peers"))
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
