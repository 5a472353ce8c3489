"""Exact sampling distribution of location quotients, for `tests/it/outside.rs`: writes quotient_intervals.csv.

Head counts of a sector are independent binomials, c_i ~ B(n_i, e_i/n_i), and the quotient of entity i is
(c_i/n_i)/(sum c/sum n). Every outcome is enumerated and its probability is an exact fraction (Python 3.11, `fractions`,
no other package), so that nothing here is drawn. `low_from`..`low_to` are the exact quantiles at 2.5 % minus and plus
four standard errors of a share of 20,000 draws, `high_from`..`high_to` those at 97.5 %.
"""
from fractions import Fraction
from itertools import product
from math import comb, sqrt

sector, total, draws = [5, 4, 6], [12, 20, 30], 20_000
laws = [
    [comb(n, k) * Fraction(e, n) ** k * Fraction(n - e, n) ** (n - k) for k in range(n + 1)]
    for e, n in zip(sector, total)
]
margin = Fraction(4 * sqrt(0.025 * 0.975 / draws))
atoms = [{} for _ in total]
for counts in product(*(range(n + 1) for n in total)):
    if sum(counts) == 0:
        continue  # no quotient
    probability = Fraction(1)
    for law, count in zip(laws, counts):
        probability *= law[count]
    for i, n in enumerate(total):
        quotient = Fraction(counts[i] * sum(total), n * sum(counts))
        atoms[i][quotient] = atoms[i].get(quotient, 0) + probability
lines = ["sector,total,estimate,sd,low_from,low_to,high_from,high_to"]
for i, n in enumerate(total):
    mass = sum(atoms[i].values())
    mean = sum(q * p for q, p in atoms[i].items()) / mass
    variance = sum((q - mean) ** 2 * p for q, p in atoms[i].items()) / mass

    def quantile(share):
        below = Fraction(0)
        for q in sorted(atoms[i]):
            below += atoms[i][q] / mass
            if below >= share:
                return float(q)

    low, high = Fraction(25, 1000), Fraction(975, 1000)
    ends = [quantile(low - margin), quantile(low + margin), quantile(high - margin), quantile(high + margin)]
    estimate = Fraction(sector[i] * sum(total), n * sum(sector))
    row = [sector[i], n, float(estimate), sqrt(variance), *ends]
    lines.append(",".join(repr(v) for v in row))
with open("quotient_intervals.csv", "w", encoding="utf-8") as out:
    out.write("\n".join(lines) + "\n")
