"""The named test functions once more, in numpy, as the peers of `planwise optimize --function` see them.

Sources: Surjanovic and Bingham's collection (sphere to styblinski-tang), Runarsson and Yao 2000 (g06 to g09), Zitzler, Deb
and Thiele 2000 (zdt), Deb et al. 2005 (dtlz2).
"""

import numpy as np


class Function:
    """value(x) is minimised; constraints(x) are at most 0 where they hold."""

    def __init__(self, name, lower, upper, optimum, value, constraints=None):
        self.name, self.optimum, self.value, self.constraints = name, optimum, value, constraints
        self.lower, self.upper = np.asarray(lower, float), np.asarray(upper, float)

    @property
    def dimensions(self):
        return len(self.lower)

    def violation(self, x):
        return 0.0 if self.constraints is None else float(np.maximum(np.asarray(self.constraints(x)), 0).sum())


def sphere(x):
    return float(np.dot(x, x))


def rosenbrock(x):
    return float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))


def rastrigin(x):
    return float(10 * len(x) + np.sum(x * x - 10 * np.cos(2 * np.pi * x)))


def ackley(x):
    return float(20 + np.e - 20 * np.exp(-0.2 * np.sqrt(np.mean(x * x))) - np.exp(np.mean(np.cos(2 * np.pi * x))))


def griewank(x):
    return float(1 + np.dot(x, x) / 4000 - np.prod(np.cos(x / np.sqrt(np.arange(1, len(x) + 1)))))


def styblinski_tang(x):
    return float(np.sum(x**4 - 16 * x**2 + 5 * x) / 2)


STYBLINSKI_TANG_EACH = -39.16616570377142

BOXES = {"sphere": (sphere, 5.12), "rosenbrock": (rosenbrock, None), "rastrigin": (rastrigin, 5.12), "ackley": (ackley, 32.768),
         "griewank": (griewank, 600.0), "styblinski-tang": (styblinski_tang, 5.0)}


def unconstrained(name, dimensions):
    value, half = BOXES[name]
    lower, upper = ([-5.0] * dimensions, [10.0] * dimensions) if half is None else ([-half] * dimensions, [half] * dimensions)
    return Function(name, lower, upper, STYBLINSKI_TANG_EACH * dimensions if name == "styblinski-tang" else 0.0, value)


def g06():
    return Function("g06", [13, 0], [100, 100], -6961.813875580138, lambda x: float((x[0] - 10) ** 3 + (x[1] - 20) ** 3),
                    lambda x: [-((x[0] - 5) ** 2) - (x[1] - 5) ** 2 + 100, (x[0] - 6) ** 2 + (x[1] - 5) ** 2 - 82.81])


def g07():
    def value(x):
        return float(x[0] ** 2 + x[1] ** 2 + x[0] * x[1] - 14 * x[0] - 16 * x[1] + (x[2] - 10) ** 2 + 4 * (x[3] - 5) ** 2 + (x[4] - 3) ** 2
                     + 2 * (x[5] - 1) ** 2 + 5 * x[6] ** 2 + 7 * (x[7] - 11) ** 2 + 2 * (x[8] - 10) ** 2 + (x[9] - 7) ** 2 + 45)

    def constraints(x):
        return [-105 + 4 * x[0] + 5 * x[1] - 3 * x[6] + 9 * x[7], 10 * x[0] - 8 * x[1] - 17 * x[6] + 2 * x[7],
                -8 * x[0] + 2 * x[1] + 5 * x[8] - 2 * x[9] - 12, 3 * (x[0] - 2) ** 2 + 4 * (x[1] - 3) ** 2 + 2 * x[2] ** 2 - 7 * x[3] - 120,
                5 * x[0] ** 2 + 8 * x[1] + (x[2] - 6) ** 2 - 2 * x[3] - 40, x[0] ** 2 + 2 * (x[1] - 2) ** 2 - 2 * x[0] * x[1] + 14 * x[4] - 6 * x[5],
                0.5 * (x[0] - 8) ** 2 + 2 * (x[1] - 4) ** 2 + 3 * x[4] ** 2 - x[5] - 30, -3 * x[0] + 6 * x[1] + 12 * (x[8] - 8) ** 2 - 7 * x[9]]

    return Function("g07", [-10] * 10, [10] * 10, 24.306209068179822, value, constraints)


def g08():
    def value(x):
        scale = x[0] ** 3 * (x[0] + x[1])
        return float(-(np.sin(2 * np.pi * x[0]) ** 3) * np.sin(2 * np.pi * x[1]) / scale) if scale else 0.0

    return Function("g08", [0, 0], [10, 10], -0.095825041418, value, lambda x: [x[0] ** 2 - x[1] + 1, 1 - x[0] + (x[1] - 4) ** 2])


def g09():
    def value(x):
        return float((x[0] - 10) ** 2 + 5 * (x[1] - 12) ** 2 + x[2] ** 4 + 3 * (x[3] - 11) ** 2 + 10 * x[4] ** 6 + 7 * x[5] ** 2 + x[6] ** 4
                     - 4 * x[5] * x[6] - 10 * x[5] - 8 * x[6])

    def constraints(x):
        return [-127 + 2 * x[0] ** 2 + 3 * x[1] ** 4 + x[2] + 4 * x[3] ** 2 + 5 * x[4], -282 + 7 * x[0] + 3 * x[1] + 10 * x[2] ** 2 + x[3] - x[4],
                -196 + 23 * x[0] + x[1] ** 2 + 6 * x[5] ** 2 - 8 * x[6], 4 * x[0] ** 2 + x[1] ** 2 - 3 * x[0] * x[1] + 2 * x[2] ** 2 + 5 * x[5] - 11 * x[6]]

    return Function("g09", [-10] * 7, [10] * 7, 680.630057374402, value, constraints)


CONSTRAINED = {"g06": g06, "g07": g07, "g08": g08, "g09": g09}
