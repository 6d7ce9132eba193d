#!/usr/bin/env python3
"""The rules of the workforce simulation in numpy, whole columns at a time: what bench_store's `simulate` case compares with.

    simulate_peer.py FILE PEOPLE ROUNDS [--own-draws]

FILE holds the columns of the people as bench/cases_simulate.cpp writes them. Prints the median time of ROUNDS rounds in
milliseconds, then the active headcount of each year and the pay of the last: the case checks that both did the same work.
Draws are keyed by (seed, employee, year, event) as the rules ask, with Philox4x32-10 over columns, so the very same people
leave and the figures agree. With --own-draws they come from numpy's own generator, which is quicker and no longer
keeps a person's draws when somebody else is added.
"""

import datetime
import statistics
import sys
import time

import numpy as np

FIRST, LAST = 2025, 2029
GROWTH, LEAVING, NEW_LEAVING = 0.03, 0.12, 0.25
MINIMUM = np.array([56000.0, 81000, 121000, 161000, 275000])
HIRE_MIDDLE = (MINIMUM + np.array([80000.0, 120000, 160000, 250000, 350000])) / 2
SHARES = np.array([0.40, 0.30, 0.20, 0.08, 0.02])
MERIT, COLA = np.array([0.045, 0.040, 0.035, 0.035, 0.040]), 0.025
TERMINATION = 0.42 * np.outer([1.8, 0.6, 0.5, 0.4, 0.3], [0.7, 1.3, 1.0, 1.6, 1.0, 1.2])
PROMOTION = 0.1 * np.outer([0.5, 1.5, 1.8, 0.8, 0.2], [1.6, 1.4, 1.1, 0.7, 0.3, 0.1])
DAMPENED = np.maximum(0, 1 - 0.15 * np.arange(5))
PROMOTION_RAISE, HIRE_FACTOR = 0.12, 1.15
MONTHS = np.array([0.28, 0.03, 0.07, 0.18, 0.04, 0.05, 0.23, 0.03, 0.04, 0.08, 0.02, 0.02])
MONTH_ENDS = np.cumsum(MONTHS / MONTHS.sum())
HIRE_AGES = np.array([25, 28, 32, 35, 40])
NEVER = np.iinfo(np.int32).max


class KeyedDraws:
    """Philox4x32-10, counter = (hash of the id, year, event), key = seed."""

    M0, M1, LOW = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57), np.uint64(0xFFFFFFFF)

    def __init__(self, seed):
        self.seed = seed

    def __call__(self, keys, year, purpose):
        """Two columns, uniform in [0, 1)."""
        shift = np.uint64(32)
        c0, c1 = keys & self.LOW, keys >> shift
        c2, c3 = np.full_like(keys, year), np.full_like(keys, purpose)
        k0, k1 = self.seed & 0xFFFFFFFF, self.seed >> 32
        for _ in range(10):
            p0, p1 = self.M0 * c0, self.M1 * c2
            c0, c1, c2, c3 = (p1 >> shift) ^ c1 ^ np.uint64(k0), p1 & self.LOW, (p0 >> shift) ^ c3 ^ np.uint64(k1), p0 & self.LOW
            k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
        unit = 2.0**-53
        return ((c1 << shift | c0) >> np.uint64(11)) * unit, ((c3 << shift | c2) >> np.uint64(11)) * unit

    def hashes(self, ids):
        """FNV-1a and the finisher of MurmurHash3, over ids of equal length (people's, or hires' of a year)."""
        letters = ids.view(np.uint8).reshape(len(ids), -1)
        hashed = np.full(len(ids), 0xCBF29CE484222325, np.uint64)
        for column in range(letters.shape[1]):
            hashed = (hashed ^ letters[:, column]) * np.uint64(0x100000001B3)
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            hashed = (hashed ^ (hashed >> np.uint64(33))) * np.uint64(factor)
        return hashed ^ (hashed >> np.uint64(33))


class OwnDraws:
    def __init__(self, seed):
        self.random = np.random.Generator(np.random.Philox(seed))

    def __call__(self, keys, year, purpose):
        return self.random.random(len(keys)), self.random.random(len(keys))

    def hashes(self, ids):
        return np.empty(len(ids), np.uint64)


TERMINATE, HIRE, TERMINATE_NEW, PROMOTE, RAISE = range(1, 6)


def day(year, month=1):
    return (datetime.date(year, month, 1) - datetime.date(1970, 1, 1)).days


def cents(pay):
    return np.floor(pay * 100 + 0.5) / 100


def half_up(value):
    return int(np.floor(value + 0.5 + 1e-9))


def bands(age, tenure):
    return np.digitize(tenure, [2, 5, 10, 20]), np.digitize(age, [25, 35, 45, 55, 65])


def largest_remainder(total):
    exact = total * SHARES
    counts = np.floor(exact + 1e-9).astype(int)
    for index in np.argsort(-np.round(exact - counts, 9), kind="stable")[: total - counts.sum()]:
        counts[index] += 1
    return counts


def first_of(keys, count):
    return np.argpartition(keys, count - 1)[:count] if count else np.empty(0, int)


def hires(draws, year, days, total):
    counts = largest_remainder(total)
    level = np.repeat(np.arange(5), counts)
    number = np.concatenate([np.arange(count) for count in counts])
    ids = np.char.add(np.array([f"NH_{year}_{k + 1}_" for k in range(5)], "S10")[level], np.char.zfill((number + 1).astype("S6"), 6))
    keys = draws.hashes(np.ascontiguousarray(ids))
    chance, spread = draws(keys, year, HIRE)
    pay = cents(HIRE_MIDDLE[level] * (0.9 + 0.02 * (chance * 10).astype(int)) * HIRE_FACTOR)
    hire = (day(year) + (spread * days).astype(int)).astype(np.int32)
    return keys, pay, HIRE_AGES[number % 5].astype(np.int32), np.zeros(total, np.int32), level.astype(np.int32), hire


def changes(draws, year, days, keys, pay, age, tenure, level, leave):
    """Promotions and raises: new pay and level, and the two steps of pay with their dates."""
    chance, spread = draws(keys, year, PROMOTE)
    promotion = (day(year) + (spread * days).astype(int)).astype(np.int32)
    by_tenure, by_age = bands(age, tenure)
    hazard = PROMOTION[by_tenure, by_age] * DAMPENED[level]
    promoted = (chance < hazard) & (tenure >= 1) & (level < 4) & (age < 65) & (promotion < leave)
    chance, spread = draws(keys, year, RAISE)
    month = np.searchsorted(MONTH_ENDS, chance, side="right").clip(0, 11)
    starts = np.array([day(year, m) for m in range(1, 13)] + [day(year + 1)])
    raising = (starts[month] + (spread * (starts[month + 1] - starts[month])).astype(int)).astype(np.int32)
    raised = (tenure >= 1) & (raising < leave)
    up = np.minimum(level + 1, 4)
    first = promoted & raised & (promotion <= raising)
    raise_level = np.where(first, up, level)
    factor = 1 + MERIT[raise_level] + COLA
    promote = lambda base: np.maximum(cents(base * (1 + PROMOTION_RAISE)), MINIMUM[up])
    early_promotion = np.where(first, promote(pay), pay)
    raise_pay = np.where(raised, cents(early_promotion * factor), pay)
    promotion_pay = np.where(first, early_promotion, np.where(promoted, promote(raise_pay), pay))
    end = np.where(first | ~promoted, raise_pay, promotion_pay)
    steps = (np.where(promoted, promotion, NEVER), promotion_pay), (np.where(raised, raising, NEVER), raise_pay)
    return end, np.where(promoted, up, level), steps


def prorated(year, days, pay, hire, leave, steps):
    start, end = np.maximum(hire, day(year)), np.minimum(leave + 1, day(year) + days)
    (date_a, pay_a), (date_b, pay_b) = steps
    swap = date_b < date_a
    one, two = np.where(swap, date_b, date_a), np.where(swap, date_a, date_b)
    pay_one, pay_two = np.where(swap, pay_b, pay_a), np.where(swap, pay_a, pay_b)
    one, two = np.minimum(one, end), np.minimum(two, end)
    return (pay * (one - start) + pay_one * (two - one) + pay_two * (end - two)).clip(0) / days


def figures(active, hired, pay_before, pay, level, prorated_pay):
    status = np.where(active, 0, 2) + hired
    headcount, by_status = np.bincount(status, minlength=4), np.bincount(status, pay, minlength=4)
    now, levels = pay[active], level[active]
    people, sums = np.bincount(levels, minlength=5), np.bincount(levels, now, minlength=5)
    means = sums / np.maximum(people, 1)
    deviation = np.sqrt(np.bincount(levels, (now - means[levels]) ** 2, minlength=5) / np.maximum(people, 1))
    stayers = active & ~hired
    growth = np.mean(pay[stayers] / pay_before[stayers] - 1)
    return headcount, by_status, len(now), now.sum(), now.mean(), np.median(now), now[now <= 500000].mean(), means, deviation, growth, prorated_pay.sum()


def simulate(draws, ids, pay, age, tenure, level, hire):
    years, keys = [], draws.hashes(ids)
    for year in range(FIRST, LAST + 1):
        days = day(year + 1) - day(year)
        age, tenure, start = age + 1, tenure + 1, len(pay)
        experienced = np.flatnonzero(hire < day(year - 1))
        by_tenure, by_age = bands(age[experienced], tenure[experienced])
        chance, spread = draws(keys[experienced], year, TERMINATE)
        chosen = first_of(chance + (chance >= TERMINATION[by_tenure, by_age]), half_up(len(experienced) * LEAVING))
        total = half_up((half_up(start * GROWTH) + len(chosen)) / (1 - NEW_LEAVING))
        new = hires(draws, year, days, total)
        keys, pay, age, tenure, level, hire = (np.concatenate(pair) for pair in zip((keys, pay, age, tenure, level, hire), new))
        leave = np.full(len(pay), NEVER - 1, np.int32)
        leave[experienced[chosen]] = day(year) + (spread[chosen] * days).astype(int)
        chance, spread = draws(new[0], year, TERMINATE_NEW)
        chosen = first_of(chance + (new[5] > day(year) + 275), half_up(total * NEW_LEAVING))
        earliest, latest = (np.maximum(day(year) + at, new[5][chosen]) for at in (90, 275))
        leave[start + chosen] = earliest + (spread[chosen] * (latest - earliest + 1)).astype(int)
        end, new_level, steps = changes(draws, year, days, keys, pay, age, tenure, level, leave)
        active = leave == NEVER - 1
        in_year = prorated(year, days, pay, hire, leave, steps)
        years.append(figures(active, np.arange(len(pay)) >= start, pay, end, new_level, in_year))
        keys, pay, age, tenure, level, hire = keys[active], end[active], age[active], tenure[active], new_level[active], hire[active]
    return years


def main():
    path, people, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with open(path, "rb") as file:
        pay = np.fromfile(file, np.float64, people)
        age, tenure, level, hire = (np.fromfile(file, np.int32, people) for _ in range(4))
        ids = np.fromfile(file, "S11", people)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        draws = OwnDraws(42) if "--own-draws" in sys.argv else KeyedDraws(42)
        years = simulate(draws, ids, pay, age, tenure, level - 1, hire)
        times.append((time.perf_counter() - start) * 1000)
    print(f"{statistics.median(times):.3f}", *(year[2] for year in years), f"{years[-1][3]:.2f}")


main()
