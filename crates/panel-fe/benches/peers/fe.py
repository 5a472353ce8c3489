"""PyPI peers on the columns that benches/fe.rs writes.

python3 fe.py --version NAME                                         prints the version, or fails
python3 fe.py --one NAME DESIGN N EFFECTS THREADS FOLDER             prints wall, processor seconds, peak MB, b of x1
"""
import importlib.metadata
import os
import resource
import sys
import time


def columns(folder):
    import numpy as np

    data = {name: np.fromfile(f"{folder}/{name}.i32", "<i4") for name in ("indiv", "firm", "year")}
    data.update({name: np.fromfile(f"{folder}/{name}.f64", "<f8") for name in ("x1", "x2", "y")})
    return data


def fereg(data, effects, design, threads):
    import fereg as package

    vcov = {"CRV1": "indiv"} if effects == ["indiv", "year"] else "iid"
    fit = package.feols(f"y ~ x1 + x2 | {' + '.join(effects)}", data, vcov=vcov, nthreads=threads)
    return float(fit.coef()["x1"])


def within(data, effects, design, threads):
    import numpy as np
    import within as package

    codes = np.column_stack([data[name] for name in effects]).astype(np.uint32)
    values = np.column_stack([data["y"], data["x1"], data["x2"]])
    result = package.solve_batch(codes, np.asfortranarray(values))
    y, x1, x2 = result.demeaned.T
    x = np.column_stack([x1, x2])
    return float(np.linalg.solve(x.T @ x, x.T @ y)[0])


def pyfixest(data, effects, design, threads):
    import pyfixest as package

    vcov = {"CRV1": "indiv"} if effects == ["indiv", "year"] else "iid"
    options = {"copy_data": False, "store_data": False, "lean": True}
    fit = package.feols(f"y ~ x1 + x2 | {' + '.join(effects)}", data, vcov=vcov, fixef_rm="none", **options)
    return float(fit.coef()["x1"])


# The name on PyPI, where it differs from the module's.
DISTRIBUTIONS = {"within": "within-py"}

if sys.argv[1] == "--version":
    name = sys.argv[2]
    print(f"{name} {importlib.metadata.version(DISTRIBUTIONS.get(name, name))}, Python {sys.version.split()[0]}")
    sys.exit()

_, _, name, design, n, effects, threads, folder = sys.argv
os.environ["RAYON_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = threads
data, run = columns(folder), {"fereg": fereg, "within": within, "pyfixest": pyfixest}[name]
if name != "within":
    # These take data frames only; making one is not timed.
    import pandas

    data = pandas.DataFrame(data)
n = int(n)
wall = cpu = float("inf")
for _ in range(200 if n < 10_000 else max(3, min(20, 5_000_000 // n))):
    start, before = time.perf_counter(), time.process_time()
    b = run(data, effects.split("+"), design, int(threads))
    wall, cpu = min(wall, time.perf_counter() - start), min(cpu, time.process_time() - before)
print(wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, repr(b))
