"""The index of virtual agglomeration in vectorised numpy, as a peer: python3 space.py [repeats]

Prints one line per size: n, periods, best seconds of the wall clock and of the processor, and the first
value for a check against benches/distance.rs.
The full matrix is held in memory, so 40 000 points (12.8 GB per matrix) are done in row blocks.
"""
import sys
import time

import numpy as np

R = 6371.0088


def data(n, periods):
    i = np.arange(n, dtype=float)
    row = np.arange(n * periods, dtype=float)
    sector = (1.0 + np.modf(row * 0.5698402909980533)[0]).reshape(n, periods)
    total = np.full((n, periods), 20.0)
    lat = 20.0 + 28.0 * np.modf(i * 0.6180339887498949)[0]
    lon = 80.0 + 45.0 * np.modf(i * 0.7548776662466928)[0]
    return sector, total, np.radians(lat), np.radians(lon)


def weights(lat, lon, rows):
    dphi = 0.5 * (lat[rows, None] - lat[None, :])
    dlambda = 0.5 * (lon[rows, None] - lon[None, :])
    h = np.sin(dphi) ** 2 + np.cos(lat[rows, None]) * np.cos(lat[None, :]) * np.sin(dlambda) ** 2
    d = 2.0 * R * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
    d[np.arange(d.shape[0]), np.arange(rows.start, rows.stop)] = np.inf
    return 1.0 / d


def agglomeration(sector, total, lat, lon, block):
    lq = (sector / total) / (sector.sum(0) / total.sum(0))
    n = len(lat)
    out = np.empty_like(lq)
    for start in range(0, n, block):
        rows = slice(start, min(start + block, n))
        out[rows] = lq[rows] + weights(lat, lon, rows) @ lq
    return out


if __name__ == "__main__":
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print("numpy", np.__version__, "python", sys.version.split()[0])
    for n, periods, block, most in [(279, 8, 279, repeats), (2800, 1, 2800, repeats), (40000, 1, 1000, 1)]:
        arrays = data(n, periods)
        best = cpu = np.inf
        for _ in range(most):
            begin, begin_cpu = time.perf_counter(), time.process_time()
            va = agglomeration(*arrays, block)
            best = min(best, time.perf_counter() - begin)
            cpu = min(cpu, time.process_time() - begin_cpu)
        print(f"va n={n} periods={periods} seconds={best:.6f} cpu_seconds={cpu:.6f} first={va[0, 0]!r}")
