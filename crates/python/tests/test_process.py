"""Threads, forks, interrupts, memory: what a long session and a cluster do to the package."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import panelstudy as ps

Data = dict[str, list[Any]]


def child(code: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=timeout)


def test_threads_of_python_equal_one_after_the_other(grunfeld: Data) -> None:
    formulas = ["inv ~ value | firm", "inv ~ capital | firm + year", "value ~ capital | year"] * 4
    one = [ps.feols(formula, grunfeld, "cluster:firm").to_dict() for formula in formulas]
    several: list[Any] = [None] * len(formulas)

    def work(i: int) -> None:
        several[i] = ps.feols(formulas[i], grunfeld, "cluster:firm").to_dict()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(formulas))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert several == one


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_fork_after_use_answers() -> None:
    ended = child(
        """
        import multiprocessing as mp, panelstudy as ps
        data = {"y": [1.0, 2, 4, 3], "x": [1.0, 2, 3, 5]}
        def work(_): return ps.feols("y ~ x", data).coef()
        here = work(0)
        with mp.get_context("fork").Pool(2) as pool:
            assert pool.map_async(work, range(4)).get(timeout=30) == [here] * 4
        assert work(0) == here
        """
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_workers_of_joblib_answer(backend: str) -> None:
    ended = child(
        f"""
        import joblib, panelstudy as ps
        data = {{"y": [1.0, 2, 4, 3], "x": [1.0, 2, 3, 5]}}
        def work(i): return ps.feols("y ~ x", data).coef()
        assert joblib.Parallel(n_jobs=2, backend={backend!r})(joblib.delayed(work)(i) for i in range(8)) == [work(0)] * 8
        """
    )
    assert ended.returncode == 0, ended.stderr


def test_spawned_processes_answer(tmp_path: Any) -> None:
    script = tmp_path / "spawned.py"
    script.write_text(
        textwrap.dedent(
            """
            import multiprocessing as mp, panelstudy as ps
            def work(_): return ps.feols("y ~ x", {"y": [1.0, 2, 4, 3], "x": [1.0, 2, 3, 5]}).coef()
            if __name__ == "__main__":
                with mp.get_context("spawn").Pool(1) as pool:
                    assert pool.map(work, range(2)) == [work(0)] * 2
            """
        )
    )
    assert subprocess.run([sys.executable, script], timeout=120).returncode == 0


#: Work of minutes, each with what it needs.
LONG = {
    "bootstrap": """
        n = 3000
        data = {"y": [random.random() for _ in range(n)], "x": [random.random() for _ in range(n)], "g": [i % 300 for i in range(n)]}
        fit = ps.feols("y ~ x", data, "cluster:g")
        def work(): fit.wildboottest("x", reps=500_000)
        """,
    "dea": """
        n = 6000
        data = {name: [1 + random.random() for _ in range(n)] for name in ("k", "l", "e", "y", "so2")} | {"unit": list(range(n))}
        def work():
            while True: ps.sbm(data, ["k", "l", "e"], ["y"], ["so2"], unit="unit", rts="vrs", malmquist="none", super_efficiency=True)
        """,
    "run": """
        n = 200
        data = {name: [1 + random.random() for _ in range(n)] for name in ("k", "l", "y", "so2")}
        data |= {"unit": [i // 4 for i in range(n)], "year": [2000 + i % 4 for i in range(n)]}
        study = {
            "study": {"title": "Long", "entity": "unit", "time": "year"},
            "source": [{"file": "data.csv"}],
            "gtfp": [{"id": "main", "inputs": ["k", "l"], "goods": ["y"], "bads": ["so2"], "bootstrap": {"replications": 100_000}}],
        }
        def work(): ps.run(study, sys.argv[1], data={"data.csv": data})
        """,
}


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise on Windows")
@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_is_answered(name: str, tmp_path: Path) -> None:
    code = (
        # Started in the background of a shell, a process ignores interrupts unless it says otherwise.
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import random, sys, time, panelstudy as ps\nrandom.seed(1)\n"
        + textwrap.dedent(LONG[name])
        + textwrap.dedent(
            """
            print("ready", flush=True)
            try:
                work()
            except KeyboardInterrupt:
                print("interrupted", time.time(), flush=True)
            # The threads are free again: the next call answers.
            print(ps.feols("y ~ x", {"y": [1.0, 2, 4], "x": [1.0, 2, 3]}).nobs, time.time(), flush=True)
            """
        )
    )
    out = tmp_path / "out"
    process = subprocess.Popen([sys.executable, "-c", code, out], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "ready"
        time.sleep(1.5)
        sent = time.time()
        process.send_signal(signal.SIGINT)
        said, rows = process.stdout.readline().split(), process.stdout.readline().split()
        assert said[0] == "interrupted", said
        assert float(said[1]) - sent < 0.5, f"{float(said[1]) - sent} s"
        assert rows[0] == "3" and float(rows[1]) - sent < 1.0
        assert process.wait(timeout=10) == 0
        assert list(tmp_path.iterdir()) == [], "nothing is left of a run"
    finally:
        process.kill()
        process.wait()


def test_a_bootstrap_that_no_memory_holds_is_refused() -> None:
    data = {"y": [float(i % 7) for i in range(90)], "x": [float(i % 11) for i in range(90)], "g": [i // 3 for i in range(90)]}
    with pytest.raises(ps.SpecError, match="more than memory holds"):
        ps.feols("y ~ x", data, "cluster:g").wildboottest("x", reps=50_000_000)


def test_many_fits_do_not_grow() -> None:
    ended = child(
        """
        import panelstudy as ps, resource
        data = {"y": [float(i % 7) for i in range(500)], "x": [float(i % 11) for i in range(500)], "g": [i // 10 for i in range(500)]}
        def rss():
            with open("/proc/self/statm") as file: return int(file.read().split()[1]) * resource.getpagesize()
        for _ in range(300): ps.feols("y ~ x | g", data, "cluster:g")
        before = rss()
        for _ in range(1000): ps.feols("y ~ x | g", data, "cluster:g").tidy()
        print((rss() - before) / 1e6)
        """
    )
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("no /proc on this system")
    assert ended.returncode == 0, ended.stderr
    assert float(ended.stdout) < 2.0, f"{ended.stdout} MB"


def test_a_million_rows_in_bounded_memory() -> None:
    pytest.importorskip("numpy")
    if not sys.platform.startswith("linux"):
        pytest.skip("peak memory is counted otherwise")
    ended = child(
        """
        import numpy as np, pyarrow as pa, resource, panelstudy as ps
        n, rng = 1_000_000, np.random.default_rng(1)
        columns = {f"x{i}": rng.standard_normal(n) for i in range(6)}
        columns["y"] = columns["x0"] + rng.standard_normal(n)
        columns["id"] = np.repeat(np.arange(n // 10, dtype="float64"), 10)
        columns["t"] = np.tile(np.arange(10, dtype="float64"), n // 10)
        data = pa.table(columns)
        size = data.nbytes
        peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        before = peak()
        fit = ps.feols("y ~ x0 + x1 + x2 + x3 + x4 + x5 | id + t", data, "cluster:id")
        print((peak() - before) / size, fit.nobs)
        """,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    share, rows = ended.stdout.split()
    # Columns are used where they lie, and kept once with the effects swept out.
    assert rows == "1000000" and float(share) < 2.0, f"{share} times the data"


def test_importing_is_quick() -> None:
    # Beside numpy's, since a busy machine is slow to both; a quiet one takes 16 ms.
    pytest.importorskip("numpy")
    code = "import time; t = time.process_time(); import {}; print(time.process_time() - t)"
    ours, numpys = (min(float(child(code.format(name)).stdout) for _ in range(12)) for name in ("panelstudy", "numpy"))
    assert ours < 0.5 * numpys, f"{1000 * ours:.0f} and {1000 * numpys:.0f} ms of CPU"


def test_a_call_costs_little_beside_its_work() -> None:
    # Four rows are no work: what is left is the way in and out.
    data = {"y": [1.0, 2, 4, 3], "x": [1.0, 2, 3, 5]}

    def seconds() -> float:
        start = time.perf_counter()
        ps.feols("y ~ x", data)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(2000)) < 0.0005
