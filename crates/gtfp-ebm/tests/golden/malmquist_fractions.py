#!/usr/bin/env python3
"""Writes malmquist_fractions.csv: three units in three periods, one input and one output, in exact fractions.

With one input and one output a frontier is a chain of segments: the smallest input for an output, or the largest output
for an input, is found on the segment between two units, without a linear program. Nothing of this crate is used.

    python3 malmquist_fractions.py    # Python 3.11.7
"""

import csv
import itertools
import math
import pathlib
from fractions import Fraction

# (input, output) of the units a, b, c in the periods 1, 2, 3; the third falls behind the second.
DATA = [[(2, 2), (4, 5), (8, 6)], [(2, 3), (5, 6), (6, 7)], [(3, 3), (4, 4), (7, 8)]]
DATA = [[tuple(map(Fraction, unit)) for unit in period] for period in DATA]
PARTS = ["index", "ec", "tc", "pech", "sech", "output_bias", "input_bias", "magnitude"]


def constant(units, x, y):
    """Under constant returns both orientations compare y/x with the best."""
    return (y / x) / max(b / a for a, b in units)


def variable_input(units, x, y):
    inputs = [a for a, b in units if b >= y]
    for (a, b), (c, d) in itertools.permutations(units, 2):
        if b < y < d:
            inputs.append(a + (y - b) / (d - b) * (c - a))
    return min(inputs) / x if inputs else None


def variable_output(units, x, y):
    outputs = [b for a, b in units if a <= x]
    for (a, b), (c, d) in itertools.permutations(units, 2):
        if a < x < c:
            outputs.append(b + (x - a) / (c - a) * (d - b))
    return y / max(outputs) if outputs else None


def ratio(a, b):
    return None if a is None or b is None else a / b


def product(*factors):
    return None if None in factors else math.prod(factors)


def root(value):
    return None if value is None else math.sqrt(value)


def around(score, before, after, base, following):
    mixed = (following[0], base[1])
    pooled = [unit for period in DATA for unit in period]
    return {
        "00": score(before, *base), "11": score(after, *following), "01": score(before, *following),
        "10": score(after, *base), "0m": score(before, *mixed), "1m": score(after, *mixed),
        "g0": score(pooled, *base), "g1": score(pooled, *following),
    }


def parts(c, v, returns, reference, decomposition):
    """The table at the head of malmquist.rs, line by line."""
    ec, pec = ratio(c["11"], c["00"]), ratio(v["11"], v["00"])
    shift = lambda s: root(product(ratio(s["01"], s["11"]), ratio(s["00"], s["10"])))
    bias = [None] * 3
    if decomposition == "bias":
        out = root(product(ratio(c["01"], c["11"]), ratio(c["1m"], c["0m"])))
        into = root(product(ratio(c["10"], c["00"]), ratio(c["0m"], c["1m"])))
        bias = [out, into, ratio(c["00"], c["10"])]
        tc = product(*bias)
    elif reference == "global":
        s, change = (c, ec) if decomposition == "fgnz" else (v, pec)
        tc = ratio(ratio(s["g1"], s["g0"]), change)
    elif decomposition in ("fgnz", "ray-desli"):
        tc = shift(c if decomposition == "fgnz" else v)
    else:
        tc = ratio(v["01"], v["11"])
    if returns == "crs":
        return [product(ec, tc), ec, tc, None, None, *bias]
    scale = {key: ratio(c[key], v[key]) for key in c}
    sec = {
        "fgnz": ratio(ec, pec),
        "bias": ratio(ec, pec),
        "ray-desli-base": ratio(scale["01"], scale["00"]),
        "ray-desli": root(product(ratio(scale["01"], scale["00"]), ratio(scale["11"], scale["10"]))),
        "grifell-lovell": ratio(scale["0m"], scale["00"]),
    }[decomposition]
    whole = ec if decomposition in ("fgnz", "bias", "ray-desli") else None
    return [product(tc, pec, sec), whole, tc, pec, sec, *bias]


def main():
    rows = []
    for orientation, returns in itertools.product(["input", "output"], ["crs", "vrs"]):
        for reference in ["contemporaneous", "sequential", "global"]:
            for decomposition in ["fgnz", "ray-desli", "ray-desli-base", "grifell-lovell", "bias"]:
                adjacent = returns == "vrs" or decomposition in ("fgnz", "bias")
                if not adjacent or reference == "global" and decomposition not in ("fgnz", "ray-desli-base"):
                    continue
                for t, unit in itertools.product([1, 2], range(3)):
                    first = lambda period: 0 if reference == "sequential" else period
                    before = [u for period in DATA[first(t - 1) : t] for u in period]
                    after = [u for period in DATA[first(t) : t + 1] for u in period]
                    pair = DATA[t - 1][unit], DATA[t][unit]
                    c = around(constant, before, after, *pair)
                    variable = variable_input if orientation == "input" else variable_output
                    v = around(variable, before, after, *pair)
                    values = parts(c, v, returns, reference, decomposition)
                    cells = ["" if value is None else repr(float(value)) for value in values]
                    rows.append([orientation, returns, reference, decomposition, unit, t + 1, *cells])
    header = ["orientation", "rts", "reference", "decomposition", "unit", "time", *PARTS]
    with pathlib.Path(__file__).with_suffix(".csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


if __name__ == "__main__":
    main()
