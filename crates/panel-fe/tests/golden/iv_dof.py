#!/usr/bin/env python3
"""Writes iv_dof.json: tests of instruments on the rows of iv_textbook.csv, two degrees of freedom taken from N and one
from its residual ones, under four covariances of the moments; tests/it/iv_dof_by_hand.rs holds them.

Every formula is that of its paper, in matrices of the data as they are or with symmetric roots; nothing of the crate is
used. A statistic stands beside its degrees of freedom, an F beside both of its own.

    python3 iv_dof.py    # Python 3.11.7, numpy 2.4.6, scipy 1.17.1
"""

import csv
import json
import pathlib

import numpy as np
from scipy import linalg, stats

HERE = pathlib.Path(__file__).parent
with (HERE / "iv_textbook.csv").open() as file:
    rows = list(csv.DictReader(file))
y, d1, d2, w, z1, z2, z3 = (np.array([float(r[name]) for r in rows]) for name in "y d1 d2 w z1 z2 z3".split())
N = len(y)
LESS, SMALL_LESS = 2, 1
LARGE = N - LESS
CLUSTERS = {"cluster": np.arange(N) // 2, "halves": np.arange(N) // 8}


def columns(*parts):
    return np.column_stack(parts)


EXOG = columns(w, np.ones(N))
INSTRUMENTS = columns(z1, z2, z3)
ALL = columns(EXOG, INSTRUMENTS)
L, L1 = 5, 3
RESIDUAL = N - L - LESS - SMALL_LESS


def residual(x, on):
    return x - on @ np.linalg.lstsq(on, x, rcond=None)[0]


def covariance(kind, basis, u, large=LARGE):
    """Covariance of basis'u."""
    scores = basis * u[:, None]
    if kind == "iid":
        return u @ u / large * basis.T @ basis
    if kind == "robust":
        return N / large * scores.T @ scores
    if clustered(kind):
        sums = np.array([scores[CLUSTERS[kind] == g].sum(axis=0) for g in set(CLUSTERS[kind])])
        return sums.T @ sums
    total = u @ u / large * basis.T @ basis
    for lag in (1, 2):  # Bartlett, b = 3, over the rows.
        cross = basis[lag:].T @ basis[:-lag]
        total = total + (1 - lag / 3) * (u[lag:] @ u[:-lag]) / large * (cross + cross.T)
    return total


def quadratic(g, s):
    return float(g @ np.linalg.solve(s, g))


def minimised(x, z, s):
    """min over b of g's⁻¹g, g = z'(y - xb), and the minimiser."""
    a, c = z.T @ x, z.T @ y
    b = np.linalg.solve(a.T @ np.linalg.solve(s, a), a.T @ np.linalg.solve(s, c))
    return quadratic(c - a @ b, s), b


def two_stage_residual(x, z):
    return y - x @ minimised(x, z, z.T @ z)[1]


def root(m):
    return linalg.sqrtm(np.linalg.inv(m)).real


def rank(kind, d, wald):
    """Kleibergen & Paap (2006), with symmetric roots for F and G; d is what d.o.f. of the covariance leave out: N."""
    z, d = residual(INSTRUMENTS, EXOG), residual(d, EXOG)
    f, g = root(z.T @ z), root(d.T @ d)
    theta = f @ z.T @ d @ g
    u, _, v = np.linalg.svd(theta)
    first = d.shape[1] - 1
    a, b = u[:, first:], v[first:].T
    source = residual(d, z) if wald else d
    omega = covariance(kind, z @ f @ a, (source @ g @ b).ravel(), N)
    return quadratic((a.T @ theta @ b).ravel(), omega)


def clustered(kind):
    return kind in CLUSTERS


def number(kind):
    return len(set(CLUSTERS[kind]))


def to_f(kind):
    """What turns a Wald χ² into q·F."""
    if clustered(kind):
        return (N - L - SMALL_LESS) / (N - 1) * (number(kind) - 1) / number(kind)
    return RESIDUAL / LARGE


def denominator(kind):
    return number(kind) - 1 if clustered(kind) else RESIDUAL


def identification(kind, d):
    k1 = d.shape[1]
    zt, dt = residual(INSTRUMENTS, EXOG), residual(d, EXOG)
    explained = dt.T @ zt @ np.linalg.solve(zt.T @ zt, zt.T @ dt)
    rho2 = linalg.eigh(explained, dt.T @ dt, eigvals_only=True)[0]
    if kind == "iid":
        return {
            "under_identification": [LARGE * rho2, L1 - k1 + 1],
            "cragg_donald": [rho2 / (1 - rho2) * RESIDUAL / L1, L1, RESIDUAL],
        }
    factor = to_f(kind) if clustered(kind) else RESIDUAL / N
    return {
        "under_identification": [rank(kind, d, False) * (1 if clustered(kind) else LARGE / N), L1 - k1 + 1],
        "kleibergen_paap": [rank(kind, d, True) * factor / L1, L1, denominator(kind)],
    }


def redundancy(kind, d, tested, others):
    """Scores of every pair of a tested instrument and an endogenous regressor, both net of the other instruments."""
    d, z = residual(d, others), residual(tested, others)
    df = d.shape[1] * z.shape[1]
    if kind == "iid":
        stat = LARGE * np.trace(np.linalg.solve(d.T @ d, d.T @ z) @ np.linalg.solve(z.T @ z, z.T @ d))
        return [stat, df]
    factor = 1 if clustered(kind) else LARGE / N
    if kind == "autocorrelation":
        return [quadratic(z.T @ d[:, 0], covariance(kind, z, d[:, 0], N)) * factor, df]
    scores = columns(*(z[:, i] * d[:, j] for j in range(d.shape[1]) for i in range(z.shape[1])))
    return [quadratic(scores.sum(axis=0), covariance(kind, scores, np.ones(N), N)) * factor, df]


def anderson_rubin(kind, d, beta):
    z, e = residual(INSTRUMENTS, EXOG), residual(y - d @ beta, EXOG)
    wald = quadratic(z.T @ e, covariance(kind, z, residual(e, z)))
    return {"f": [wald * to_f(kind) / L1, L1, denominator(kind)], "chi2": [wald, L1]}


def effective_f(kind, d):
    """Montiel Olea & Pflueger (2013), sections 3.1 and 3.2.1, with Patnaik's noncentral χ²."""
    z, e = residual(INSTRUMENTS, EXOG), residual(d, EXOG)
    f = root(z.T @ z)
    w2 = f @ covariance(kind, z, residual(e, z)) @ f
    a = f @ z.T @ e
    trace, largest = np.trace(w2), np.linalg.eigvalsh(w2)[-1]
    k = {tau: trace**2 * (1 + 2 / tau) / (np.trace(w2.T @ w2) + 2 / tau * trace * largest) for tau in (0.05, 0.1, 0.2, 0.3)}
    critical = [[tau, stats.ncx2.ppf(0.95, k[tau], k[tau] / tau) / k[tau]] for tau in k]
    return {"stat": a @ a / trace * to_f(kind), "df": k[0.1], "critical": critical}


def statistics(kind):
    d, x = columns(d1), columns(d1, EXOG)
    u = two_stage_residual(x, ALL)
    s = covariance(kind, ALL, u)
    df = L - x.shape[1]
    explained = u @ u - residual(u, ALL) @ residual(u, ALL)
    more = columns(ALL, d1)
    v = two_stage_residual(x, more)
    s_more = covariance(kind, more, v)
    z = residual(INSTRUMENTS, EXOG)
    response = residual(y, EXOG)
    kept = columns(EXOG, z1, z3)
    order = [0, 1, 2, 4, 3]
    got = {
        "one": identification(kind, d),
        "two": identification(kind, columns(d1, d2)),
        "over_identification": [explained / (u @ u / LARGE) if kind == "iid" else minimised(x, ALL, s)[0], df],
        "orthogonality": [
            minimised(x, ALL, s)[0] - minimised(x, kept, s[np.ix_(order, order)][:4, :4])[0], 1
        ],
        "endogeneity": [minimised(x, more, s_more)[0] - minimised(x, ALL, s_more[:L, :L])[0], 1],
        "anderson_rubin_zero": anderson_rubin(kind, d, [0.0]),
        "anderson_rubin_half": anderson_rubin(kind, d, [0.5]),
        "anderson_rubin_two": anderson_rubin(kind, columns(d1, d2), [0.5, -0.25]),
        "effective_f": effective_f(kind, d1),
        "redundancy_one": redundancy(kind, d, columns(z2), columns(EXOG, z1, z3)),
        "redundancy_pair": redundancy(kind, d, columns(z1, z3), columns(EXOG, z2)),
    }
    basis = columns(EXOG, z)
    moments = basis.T @ response
    moments[:2] = 0
    got["stock_wright"] = [quadratic(moments, covariance(kind, basis, response)), L1]
    if kind != "autocorrelation":
        got["redundancy_two"] = redundancy(kind, columns(d1, d2), columns(z2), columns(EXOG, z1, z3))
    if kind == "iid":
        got["basmann"] = [explained / df / ((u @ u - explained) / RESIDUAL), df, RESIDUAL]
        both = columns(y, d1)
        kappa = linalg.eigh(both.T @ residual(both, EXOG), both.T @ residual(both, ALL), eigvals_only=True)[0]
        got["liml_ratio"] = [LARGE * np.log(kappa), df]
        got["liml_linear"] = [LARGE * (kappa - 1), df]
        ssr = lambda x: residual(y, x) @ residual(y, x)
        restricted, augmented = ssr(x), ssr(columns(x, residual(d1, ALL)))
        df2 = N - 3 - 1 - LESS - SMALL_LESS
        got["wu_hausman"] = [(restricted - augmented) / (augmented / df2), 1, df2]
    return got


def main():
    out = {kind: statistics(kind) for kind in ["iid", "robust", "cluster", "autocorrelation"]}
    out["halves"] = {"effective_f": effective_f("halves", d1)}
    with (HERE / "iv_dof.json").open("w") as file:
        json.dump(out, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
