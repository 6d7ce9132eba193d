#!/usr/bin/env python3
"""Both modes of the simulator against a database that the dbt project made, from the same baseline and levers.

    tests/soak/compare_with_dbt.py [--simulation FILE] [--seeds 20] [--planwise PROGRAM]

One table: what dbt has, what each mode has on the average of the seeds, how far they are apart, the limit, and whether it
is met. Exact limits hold for every seed, the others for the average. Ends with status 1 when a limit is missed.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADS = ("active_headcount", "continuing_employees", "new_hires", "experienced_terminations", "new_hire_terminations")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulation", default=os.environ.get("PLANWISE_SIMULATION", ROOT.parent / "shared/data/simulation.duckdb"))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--planwise", default=os.environ.get("PLANWISE", ROOT / "build/dev/apps/cli/planwise"))
    return parser.parse_args()


class Planwise:
    def __init__(self, program, simulation):
        self.call = [str(program), "--simulation", str(simulation), "--quiet", "--output", "json"]

    def json(self, *args):
        return json.loads(subprocess.run([*self.call, *map(str, args)], stdout=subprocess.PIPE, check=True).stdout)

    def of_dbt(self):
        several = self.json("summary", "--no-cache")
        growth = {row["year"]: row["like_for_like"] for row in self.json("summary", "--growth")}
        return {int(year): figures(summary, growth[int(year)]) for year, summary in several["year_summaries"].items()}

    def of_seed(self, seed, years, *mode):
        document = self.json("simulate", "--years", f"{years[0]}-{years[-1]}", "--seed", seed, "--compare-to", "baseline", *mode)
        growth = {row["year"]: row["scenario"] for row in document["changes"] if row["figure"] == "like_for_like_growth"}
        return {int(year): figures(summary, growth[int(year)]) for year, summary in document["scenario"]["year_summaries"].items()}


def figures(summary, growth):
    workforce, events = summary["workforce"], summary["events"]
    return {**{name: workforce[name] for name in HEADS}, "hires": events["hire"], "raises": events["RAISE"], "promotions": events["promotion"],
            "mean without outliers": workforce["mean_compensation_without_outliers"], "median": workforce["median_compensation"],
            "like for like, %": 100 * growth}


def limits(mode, figure, years_since_start, dbt):
    """(limit as text, test of the deviation of one seed, test of that of the average); None: no limit is set."""
    if mode == "default":
        if figure in HEADS:
            most = 5 * years_since_start
            return f"within {most}", lambda seed: abs(seed - dbt) <= most, None
        return "", None, None
    if figure in HEADS or figure in ("hires", "raises"):
        return "exact", lambda seed: seed == dbt, None
    if figure == "promotions":
        return "within 20 %", None, lambda mean: abs(mean - dbt) <= 0.2 * dbt
    if figure == "like for like, %":
        return "within 0.15", None, lambda mean: abs(mean - dbt) <= 0.15
    return "within 1 %", None, lambda mean: abs(mean - dbt) <= 0.01 * dbt


def shown(figure, value):
    return f"{value:.2f}" if figure == "like for like, %" else f"{value:,.1f}".removesuffix(".0")


def rows_of(mode, dbt, seeds):
    start = min(dbt) - 1
    for year in sorted(dbt):
        for figure, value in dbt[year].items():
            values = [seed[year][figure] for seed in seeds]
            mean = sum(values) / len(values)
            text, each, average = limits(mode, figure, year - start, value)
            met = None if each is None and average is None else (each is None or all(map(each, values))) and (average is None or average(mean))
            apart = f"{mean - value:+.2f}" if figure == "like for like, %" else f"{mean - value:+,.1f} ({100 * (mean / value - 1):+.2f} %)"
            span = f"{shown(figure, min(values))} .. {shown(figure, max(values))}"
            yield [str(year), mode, figure.replace("_", " "), shown(figure, value), shown(figure, mean), span, apart, text, "" if met is None else "yes" if met else "NO"]


def print_table(rows):
    titles = ["year", "mode", "figure", "dbt", "seeds' mean", "least .. most", "difference", "limit", "met"]
    widths = [max(len(row[i]) for row in [titles, *rows]) for i in range(len(titles))]
    for row in [titles, ["-" * width for width in widths], *rows]:
        print("  ".join(cell.rjust(width) if i in (3, 4, 5, 6) else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip())


def main():
    args = arguments()
    if not pathlib.Path(args.simulation).exists():
        sys.exit(f"there is no simulation '{args.simulation}'; --simulation names one")
    planwise = Planwise(args.planwise, args.simulation)
    dbt = planwise.of_dbt()
    years = sorted(dbt)
    rows = []
    for mode, flags in (("default", ()), ("dbt-compatible", ("--dbt-compatible",))):
        rows += rows_of(mode, dbt, [planwise.of_seed(seed, years, *flags) for seed in range(1, args.seeds + 1)])
    print_table(rows)
    missed = sum(row[-1] == "NO" for row in rows)
    print(f"\n{args.seeds} seeds: {sum(row[-1] == 'yes' for row in rows)} limits met, {missed} missed")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
