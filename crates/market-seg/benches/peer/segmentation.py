"""The segmentation index in vectorised numpy, as a peer: python3 segmentation.py [repeats]

Prints one line per size: n, goods, periods, best seconds of the wall clock and of the
processor, and the first value for a check against benches/segmentation.rs. Differences of all pairs are held for one period at a time, in blocks of cities that keep
them below a quarter of a gigabyte.
"""
import sys
import time

import numpy as np


def changes(n, goods, periods):
    cell = np.arange(n * goods * periods, dtype=float)
    return 0.1 * np.modf(cell * 0.6180339887498949)[0].reshape(periods, goods, n)


def segmentation(x):
    periods, goods, n = x.shape
    rank = 2.0 * np.arange(n) - (n - 1.0)
    out = np.empty((n, periods))
    block = max(1, min(n, 2**28 // (8 * n * goods)))
    for t in range(periods):
        xt = np.ascontiguousarray(x[t].T)
        means = rank @ np.sort(xt, axis=0) / (0.5 * n * (n - 1.0))
        for start in range(0, n, block):
            rows = slice(start, min(start + block, n))
            q = np.abs(xt[rows, None, :] - xt[None, :, :]) - means
            variance = q.var(axis=2, ddof=1)
            variance[np.arange(variance.shape[0]), np.arange(rows.start, rows.stop)] = 0.0
            out[rows, t] = variance.sum(axis=1)
    return out


if __name__ == "__main__":
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print("numpy", np.__version__, "python", sys.version.split()[0])
    for n, goods, periods, most in [(279, 16, 8, repeats), (2800, 16, 20, 1)]:
        x = changes(n, goods, periods)
        best = cpu = np.inf
        for _ in range(most):
            begin, begin_cpu = time.perf_counter(), time.process_time()
            seg = segmentation(x)
            best = min(best, time.perf_counter() - begin)
            cpu = min(cpu, time.process_time() - begin_cpu)
        print(f"segmentation n={n} goods={goods} periods={periods} seconds={best:.6f} cpu_seconds={cpu:.6f} first={seg[0, 0]!r}")
