#!/usr/bin/env python3
"""Writes iv_textbook.csv, sixteen rows, and prints what textbook formulas say of them: tests/it/iv_by_hand.rs holds it.

Every formula is written here in matrices of the data as they are, with the constant among them; nothing of the crate is
used: LIML's κ as a generalised eigenvalue, C statistics as differences of minimised quadratic forms, the Anderson-Rubin
set as roots of F(β) - q.

    python3 iv_textbook.py    # Python 3.11.7, numpy 2.4.6, scipy 1.17.1
"""

import pathlib

import numpy as np
from scipy import linalg, optimize, stats

N = 16
draw = np.random.default_rng(1949)
w, z1, z2, z3, e, v = (np.round(draw.normal(size=N), 2) for _ in range(6))
d1 = np.round(0.9 * z1 + 0.5 * z2 - 0.3 * w + v, 2)
d2 = np.round(0.8 * z3 - 0.6 * z1 + 0.7 * draw.normal(size=N), 2)
y = np.round(1 + 0.5 * d1 - 0.4 * w + 0.6 * v + e, 2)
one = np.ones(N)


def columns(*parts):
    return np.column_stack(parts)


def residual(x, on):
    return x - on @ np.linalg.lstsq(on, x, rcond=None)[0]


def minimised(x, z, s):
    """min over b of g's⁻¹g, g = z'(y - xb), and the minimiser."""
    a, c = z.T @ x, z.T @ y
    b = np.linalg.solve(a.T @ np.linalg.solve(s, a), a.T @ np.linalg.solve(s, c))
    g = c - a @ b
    return g @ np.linalg.solve(s, g), b


def two_stage(x, z):
    return minimised(x, z, z.T @ z)[1]


def moments(z, u, robust):
    return (z * u[:, None] ** 2).T @ z if robust else u @ u / N * z.T @ z


def c_statistic(x, kept, tested, u, robust):
    s = moments(columns(kept, tested), u, robust)
    p = kept.shape[1]
    return minimised(x, columns(kept, tested), s)[0] - minimised(x, kept, s[:p, :p])[0]


def redundancy(d, tested, others, robust):
    d, z = residual(d, others), residual(tested, others)
    if not robust:
        return N * np.trace(np.linalg.solve(d.T @ d, d.T @ z) @ np.linalg.solve(z.T @ z, z.T @ d))
    scores = columns(*(z[:, i] * d[:, j] for j in range(d.shape[1]) for i in range(z.shape[1])))
    g = scores.sum(axis=0)
    return g @ np.linalg.solve(scores.T @ scores, g)


def ar_f(beta, d, z, exog, robust):
    e, q = residual(y - d * beta, exog), residual(z, exog)
    u = residual(e, q)
    s = moments(q, u, robust)
    g = q.T @ e
    df2 = N - q.shape[1] - exog.shape[1]
    return g @ np.linalg.solve(s, g) * df2 / N / q.shape[1]


def ar_set(d, z, exog, robust, level):
    q = stats.f.ppf(level, z.shape[1], N - z.shape[1] - exog.shape[1])
    grid = np.tan(np.linspace(-1.57, 1.57, 40001))
    f = [ar_f(b, d, z, exog, robust) - q for b in grid]
    return [
        optimize.brentq(lambda b: ar_f(b, d, z, exog, robust) - q, low, high, xtol=1e-15, rtol=1e-15)
        for low, high, a, c in zip(grid, grid[1:], f, f[1:]) if a * c < 0
    ], f[0] < 0


def main():
    names = ["row", "t", "y", "d1", "d2", "w", "z1", "z2", "z3"]
    table = columns(np.arange(N), np.ones(N), y, d1, d2, w, z1, z2, z3)
    with pathlib.Path(__file__).with_suffix(".csv").open("w") as file:
        file.write(",".join(names) + "\n")
        file.writelines(",".join(f"{value:g}" for value in row) + "\n" for row in table)
    exog = columns(one, w)
    x, z = columns(d1, exog), columns(exog, z1, z2, z3)
    u = y - x @ two_stage(x, z)
    both = columns(y, d1)
    kappa = linalg.eigh(both.T @ residual(both, exog), both.T @ residual(both, z), eigvals_only=True)[0]
    print("LIML", N * np.log(kappa), N * (kappa - 1))
    for robust in [False, True]:
        print("robust" if robust else "iid")
        print(" C(z2)", c_statistic(x, columns(exog, z1, z3), columns(z2), u, robust))
        print(" C(z1, z3)", c_statistic(x, columns(exog, z2), columns(z1, z3), u, robust))
        print(" C(w)", c_statistic(x, columns(one, z1, z2, z3), columns(w), u, robust))
        for d, name in [(columns(d1), "d1"), (columns(d1, d2), "d1 + d2")]:
            print(f" redundancy(z2) of {name}", redundancy(d, columns(z2), columns(exog, z1, z3), robust))
            print(f" redundancy(z1, z3) of {name}", redundancy(d, columns(z1, z3), columns(exog, z2), robust))
        for level in [0.5, 0.9, 0.99]:
            print(f" AR set {level}", ar_set(d1, columns(z1, z2, z3), exog, robust, level))
        print(" AR set 0.999", ar_set(d1, columns(z1, z2, z3), exog, robust, 0.999))
        print(" AR set 0.9, z1 and z3", ar_set(d1, columns(z1, z3), exog, robust, 0.9))
        print(" AR set 0.9, z3 alone", ar_set(d1, columns(z3), exog, robust, 0.9))
        print(" AR set 0.9, z1 alone", ar_set(d1, columns(z1), exog, robust, 0.9))
    for response, name in [(y, "y"), (d1, "d1")]:
        b = np.linalg.lstsq(z, response, rcond=None)[0]
        r = response - z @ b
        se = np.sqrt(np.diag(np.linalg.inv(z.T @ z)) * (r @ r) / (N - z.shape[1]))
        print("reduced form", name, b[2:], se[2:])


if __name__ == "__main__":
    main()
