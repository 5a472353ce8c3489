#!/usr/bin/env python3
"""Writes scipy_panel.csv: nine units in four periods and three groups, and what textbook programs say about them.

Every program is written here from its published form and solved by scipy.optimize.linprog (method "highs"); nothing of
this crate is used. The data in the file are rounded, so they are read, not drawn anew, where the file exists.

    python3 scipy_panel.py            # scipy 1.17.1, numpy 2.4.6
"""

import csv
import math
import pathlib

import numpy as np
from scipy.optimize import linprog

FILE = pathlib.Path(__file__).with_name("scipy_panel.csv")
ENTITIES, PERIODS, GROUPS, WINDOW = 9, 4, 3, 2
KEYS, QUANTITIES = ["entity", "time", "group"], ["x1", "x2", "y", "b"]


def read():
    if FILE.exists():
        with FILE.open() as file:
            return [{k: (int if k in KEYS else float)(row[k]) for k in KEYS + QUANTITIES} for row in csv.DictReader(file)]
    draw = np.random.default_rng(2010)
    rows = []
    for entity in range(ENTITIES):
        for time in range(PERIODS):
            x1, x2 = (1 + 3 * draw.random() for _ in range(2))
            y = (x1 * x2) ** 0.45 * (0.5 + 0.5 * draw.random()) * 1.04**time * (1 + 0.1 * (entity % GROUPS))
            b = y * (0.4 + 0.8 * draw.random())
            values = (round(v, 3) for v in (x1, x2, y, b))
            rows.append({"entity": entity, "time": 2000 + time, "group": entity % GROUPS, **dict(zip(QUANTITIES, values))})
    return rows


ROWS = read()
X = np.array([[r["x1"], r["x2"]] for r in ROWS])
Y = np.array([r["y"] for r in ROWS])
B = np.array([r["b"] for r in ROWS])
T = np.array([r["time"] - 2000 for r in ROWS])
G = np.array([r["group"] for r in ROWS])
N = len(ROWS)


def solve(c, ub, b_ub, eq, b_eq, bounds):
    found = linprog(c, A_ub=ub or None, b_ub=b_ub or None, A_eq=eq or None, b_eq=b_eq or None, bounds=bounds, method="highs")
    return found if found.status == 0 else None


def radial(o, ref, vrs=False, output=False):
    """theta of Charnes, Cooper and Rhodes (1978), or 1/phi; NaN where infeasible. Goods and inputs alone."""
    x, n = X[o], len(ref)
    ub, b_ub = [], []
    for i in range(2):
        ub.append([0.0 if output else -x[i], *X[ref, i]])
        b_ub.append(x[i] if output else 0.0)
    ub.append([Y[o] if output else 0.0, *(-Y[ref])])
    b_ub.append(0.0 if output else -Y[o])
    eq, b_eq = ([[0.0] + [1.0] * n], [1.0]) if vrs else ([], [])
    found = solve([-1.0 if output else 1.0] + [0.0] * n, ub, b_ub, eq, b_eq, [(None, None)] + [(0, None)] * n)
    if found is None:
        return math.nan
    return 1 / found.x[0] if output else found.x[0]


def ddf(o, ref, vrs=False):
    """Distance of Chung, Faere and Grosskopf (1997): g = (0, y, -b), bads by an equality. Also the solution."""
    n = len(ref)
    ub = [[0.0, *X[ref, i]] for i in range(2)] + [[Y[o], *(-Y[ref])]]
    b_ub = [*X[o], -Y[o]]
    eq, b_eq = [[B[o], *B[ref]]], [B[o]]
    if vrs:
        eq.append([0.0] + [1.0] * n)
        b_eq.append(1.0)
    found = solve([-1.0] + [0.0] * n, ub, b_ub, eq, b_eq, [(None, None)] + [(0, None)] * n)
    return (math.nan, None) if found is None else (found.x[0], found)


def along(o, ref, gx, gy, gb):
    """The same distance along a direction of numbers, g = (-gx, gy, -gb), under constant returns."""
    n = len(ref)
    ub = [[gx[i], *X[ref, i]] for i in range(2)] + [[gy, *(-Y[ref])]]
    found = solve([-1.0] + [0.0] * n, ub, [*X[o], -Y[o]], [[gb, *B[ref]]], [B[o]], [(None, None)] + [(0, None)] * n)
    return math.nan if found is None else found.x[0]


def nonradial_along(o, ref, gx, gy, gb):
    """sum of beta / 4 along numbers, one beta per column with a number, bads by an equality."""
    n = len(ref)
    ub = [[gx[0], 0, 0, 0, *X[ref, 0]], [0, gx[1], 0, 0, *X[ref, 1]], [0, 0, gy, 0, *(-Y[ref])]]
    found = solve(
        [-0.25] * 4 + [0.0] * n, ub, [*X[o], -Y[o]], [[0, 0, 0, gb, *B[ref]]], [B[o]], [(0, None)] * (4 + n)
    )
    return math.nan if found is None else -found.fun


def kuosmanen(o, ref):
    """The same distance on the technology of Kuosmanen (2005): units produce lambda, and mu of their inputs abates."""
    n = len(ref)
    ub = [[0.0, *X[ref, i], *X[ref, i]] for i in range(2)] + [[Y[o], *(-Y[ref]), *([0.0] * n)]]
    b_ub = [*X[o], -Y[o]]
    eq = [[B[o], *B[ref], *([0.0] * n)], [0.0] + [1.0] * (2 * n)]
    found = solve([-1.0] + [0.0] * (2 * n), ub, b_ub, eq, [B[o], 1.0], [(None, None)] + [(0, None)] * (2 * n))
    return math.nan if found is None else found.x[0]


def nonradial(o, ref, weights=(0.5, 0.25, 0.25)):
    """sum of w beta of Zhou, Ang and Wang (2012) along (x1, y, b), x2 without a weight; bads by an equality."""
    n = len(ref)
    wx, wy, wb = weights
    ub = [[X[o, 0], 0, 0, *X[ref, 0]], [0, 0, 0, *X[ref, 1]], [0, Y[o], 0, *(-Y[ref])]]
    found = solve(
        [-wx, -wy, -wb] + [0.0] * n, ub, [X[o, 0], X[o, 1], -Y[o]], [[0, 0, B[o], *B[ref]]], [B[o]], [(0, None)] * (3 + n)
    )
    return math.nan if found is None else -found.fun


def shadow_price(o, ref):
    """What one unit of the bad less costs in the good (Faere et al. 1993), where the optimum is neither on the frontier nor degenerate."""
    distance, found = ddf(o, ref)
    positive = np.count_nonzero(found.x[1:] > 1e-7) + 1 + np.count_nonzero(found.slack > 1e-7)
    if distance < 1e-6 or positive != 4:
        return math.nan
    # marginals are d(-beta) / d rhs; the good's row reads -Y lambda + y beta <= -y.
    good, bad = -found.ineqlin.marginals[2], -found.eqlin.marginals[0]
    return bad / good if good > 1e-9 else math.nan


everyone = list(range(N))
period = {t: [i for i in everyone if T[i] == t] for t in range(PERIODS)}
window = {t: [i for i in everyone if t - WINDOW < T[i] <= t] for t in range(PERIODS)}
sequence = {t: [i for i in everyone if T[i] <= t] for t in range(PERIODS)}
own_group = {g: [i for i in everyone if G[i] == g] for g in range(GROUPS)}
own_block = {(g, t): [i for i in own_group[g] if T[i] == t] for g in range(GROUPS) for t in range(PERIODS)}

OUT = [{**r} for r in ROWS]


def put(row, **values):
    OUT[row].update(values)


def geometric(*ratios):
    return math.prod(ratios) ** (1 / len(ratios))


for i in everyone:
    put(i, ddf_kuosmanen=kuosmanen(i, everyone), nonradial=nonradial(i, everyone), shadow_price=shadow_price(i, everyone))
    put(i, ddf_numbers=along(i, everyone, (0.3, 0.0), 1.2, 0.5))
    put(i, nonradial_numbers=nonradial_along(i, everyone, (0.3, 0.8), 1.2, 0.5))

for j in everyone:
    if T[j] == 0:
        continue
    i, t = j - 1, T[j] - 1  # rows of one entity follow each other; i is j one period before
    # Window of two periods, input orientation, constant returns.
    e = {(u, v): radial(u, window[v]) for u in (i, j) for v in (t, t + 1)}
    ec = e[j, t + 1] / e[i, t]
    put(j, window_index=geometric(e[j, t] / e[i, t], e[j, t + 1] / e[i, t + 1]), window_ec=ec)
    pure = radial(j, window[t + 1], vrs=True) / radial(i, window[t], vrs=True)
    put(j, window_pure=pure, window_scale=ec / pure)
    # Sequential frontiers split the same way.
    ec = radial(j, sequence[t + 1]) / radial(i, sequence[t])
    pure = radial(j, sequence[t + 1], vrs=True) / radial(i, sequence[t], vrs=True)
    put(j, sequential_ec=ec, sequential_pure=pure, sequential_scale=ec / pure)
    # Biennial index of Pastor, Asmild and Lovell (2011): output orientation, variable returns.
    both = period[t] + period[t + 1]
    index = radial(j, both, True, True) / radial(i, both, True, True)
    ec = radial(j, period[t + 1], True, True) / radial(i, period[t], True, True)
    put(j, biennial_index=index, biennial_ec=ec, biennial_tc=index / ec)
    # Metafrontier index of Oh (2010), of radial scores.
    index = radial(j, everyone) / radial(i, everyone)
    group = radial(j, own_group[G[j]]) / radial(i, own_group[G[i]])
    ec = radial(j, own_block[G[j], t + 1]) / radial(i, own_block[G[i], t])
    put(j, meta_index=index, meta_ec=ec, meta_tc=group / ec, meta_gap=index / group)
    # Metafrontier Luenberger indicator: the same with differences of directional distances.
    index = ddf(i, everyone)[0] - ddf(j, everyone)[0]
    group = ddf(i, own_group[G[i]])[0] - ddf(j, own_group[G[j]])[0]
    ec = ddf(i, own_block[G[i], t])[0] - ddf(j, own_block[G[j], t + 1])[0]
    put(j, luenberger_index=index, luenberger_ec=ec, luenberger_tc=group - ec, luenberger_gap=index - group)
    # Its scale part on one frontier of all periods.
    ec = ddf(i, period[t])[0] - ddf(j, period[t + 1])[0]
    pure = ddf(i, period[t], True)[0] - ddf(j, period[t + 1], True)[0]
    put(j, luenberger_own_ec=ec, luenberger_pure=pure, luenberger_scale=ec - pure)
    # Ray and Desli (1997), geometric means, output orientation.
    c = {(u, v): radial(u, period[v], False, True) for u in (i, j) for v in (t, t + 1)}
    v_ = {(u, v): radial(u, period[v], True, True) for u in (i, j) for v in (t, t + 1)}
    tc = geometric(v_[j, t] / v_[j, t + 1], v_[i, t] / v_[i, t + 1])
    pure = v_[j, t + 1] / v_[i, t]
    scale = geometric(*((c[j, s] / v_[j, s]) / (c[i, s] / v_[i, s]) for s in (t, t + 1)))
    put(j, desli_tc=tc, desli_pure=pure, desli_scale=scale, desli_index=geometric(c[j, t] / c[i, t], c[j, t + 1] / c[i, t + 1]))

# Bandwidth of a bootstrap of one cross-section (all rows as one period), relative to the deviation of scores: Daraio and
# Simar (2007), equation 3.21, by numpy's percentiles.
scores = np.array([radial(i, everyone) for i in everyone])
inside = scores[scores < 1 - 1e-9]
mirrored = np.concatenate([inside, 2 - inside])
spread = np.subtract(*np.percentile(mirrored, [75, 25])) / 1.34
h = 0.9 * min(np.std(mirrored, ddof=1), spread) * len(mirrored) ** -0.2
h *= (len(mirrored) / len(scores)) ** 0.2 * (np.std(scores, ddof=1) / np.std(mirrored, ddof=1))
for i in everyone:
    put(i, radial=scores[i], bandwidth=h / np.std(scores, ddof=1))

names = list(dict.fromkeys(key for row in OUT for key in row))
with FILE.open("w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    for row in OUT:
        values = (row.get(name, math.nan) for name in names)
        writer.writerow(["" if v != v else v if isinstance(v, int) else repr(float(v)) for v in values])
