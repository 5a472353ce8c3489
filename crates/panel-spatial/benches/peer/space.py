"""Spatial panels in spreg, as a peer: python3 space.py [cities.csv [repeats]]

Prints milliseconds of the wall clock, the best of several runs, for what benches/spatial.rs times under the same names. spreg has
effects of units only, no Durbin panels with two-way effects, and no effects with standard errors for panels, so that its rows do less.
"""
import csv
import pathlib
import sys
import time
import warnings

import libpysal
import numpy as np
import spreg

warnings.simplefilter("ignore")
R = 6371.0088
PERIODS, RHO = 8, 0.3
CITIES = pathlib.Path(__file__).resolve().parents[4] / "fixtures/cities.csv"


def cities(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["in_279"] == "True"]
    return np.radians([[float(row["lat"]), float(row["lon"])] for row in rows])


def distances(at):
    lat, lon = at[:, 0], at[:, 1]
    h = np.sin((lat[:, None] - lat) / 2) ** 2 + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    d = 2 * R * np.arcsin(np.sqrt(h))
    np.fill_diagonal(d, np.inf)
    return d


def weights(d, k=None):
    n = len(d)
    near = {i: [int(j) for j in np.argsort(d[i])[: k or n - 1]] for i in range(n)}
    value = {i: [1.0 if k else 1.0 / d[i, j] for j in near[i]] for i in range(n)}
    w = libpysal.weights.W(near, value, silence_warnings=True)
    w.transform = "r"
    return w


def best(run, repeats):
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return 1e3 * min(seconds)


def main():
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    d = distances(cities(sys.argv[1] if len(sys.argv) > 1 else CITIES))
    n = len(d)
    print(f"spreg {spreg.__version__}, libpysal {libpysal.__version__}, numpy {np.__version__}")
    print("| what | ms |\n|---|---|")
    for name, w in [("1/d", weights(d)), ("5 nearest", weights(d, 5))]:
        random = np.random.default_rng(1)
        x = random.normal(size=(n * PERIODS, 2))
        mean = x @ [1.0, 0.5] + np.tile(random.normal(size=n), PERIODS) + random.normal(size=n * PERIODS)
        inverse = np.linalg.inv(np.eye(n) - RHO * w.full()[0])
        y = np.concatenate([inverse @ mean[t * n : (t + 1) * n] for t in range(PERIODS)])[:, None]
        for model, run in [("SAR", spreg.Panel_FE_Lag), ("SEM", spreg.Panel_FE_Error)]:
            ms = best(lambda: run(y, x, w, vm=True), repeats)
            print(f"| 279 x 8, {name}: {model} entity | {ms:.1f} |")


main()
