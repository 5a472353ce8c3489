"""docs/scale.md, run: a two-way regression out of partial sums over four Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import panelstudy as ps
import pytest

duckdb = pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

Z = ["y", "x1", "x2"]


def rows(seed: int = 20132020) -> dict[str, Any]:
    """An unbalanced panel of 600 entities and 12 periods, one column far from zero."""
    random = np.random.default_rng(seed)
    entity, period = (grid.ravel() for grid in np.meshgrid(np.arange(600), np.arange(12), indexing="ij"))
    there = random.random(entity.size) > 0.2
    entity, period = entity[there], period[there]
    of_entity, of_period = random.normal(size=600), random.normal(size=12)
    x1 = random.normal(size=entity.size) + of_entity[entity]
    x2 = 1e4 + random.normal(size=entity.size) + of_period[period]
    noise = random.normal(size=entity.size) + random.normal(size=600)[entity] * x1
    y = 1.5 * x1 - 0.5 * x2 + of_entity[entity] + of_period[period] + noise
    return {"entity": entity.astype(float), "period": period.astype(float), "y": y, "x1": x1, "x2": x2}


def centred(shard: Path) -> str:
    means = ", ".join(f"{z} - avg({z}) over e as {z}" for z in Z)
    return (
        f"select entity, period::int as period, count(*) over e as n, {means} "
        f"from read_parquet('{shard}') window e as (partition by entity)"
    )


def sums(shard: Path, periods: int) -> tuple[Any, Any, Any]:
    """Z'Z, B and G of one shard."""
    query = centred(shard)
    products = [f"sum({a} * {b})" for a in Z for b in Z]
    zz = np.array(duckdb.sql(f"select {', '.join(products)} from ({query})").fetchall()[0]).reshape(len(Z), len(Z))
    b, g = np.zeros((periods, len(Z))), np.zeros((periods, periods))
    lists = ", ".join(f"sum({z})" for z in Z)
    for period, count, *values in duckdb.sql(f"select period, count(*), {lists} from ({query}) group by 1").fetchall():
        b[period] = values
        g[period, period] += count
    pairs = f"with c as ({query}) select a.period, b.period, sum(1.0 / a.n) from c a join c b using (entity) group by 1, 2"
    for s, t, value in duckdb.sql(pairs).fetchall():
        g[s, t] -= value
    return zz, b, g


def meat(shard: Path, gamma: Any, coef: Any) -> tuple[Any, int, int]:
    """The sum of s s' over the entities of one shard, with its entities and rows."""
    swept = ", ".join(f"c.{z} - (g.{z} - avg(g.{z}) over (partition by c.entity)) as {z}" for z in Z)
    table = pa.table({"period": np.arange(len(gamma)), **{z: gamma[:, at] for at, z in enumerate(Z)}})
    connection = duckdb.connect()
    connection.register("gamma", table)
    query = f"select c.entity as entity, {swept} from ({centred(shard)}) c join gamma g using (period)"
    e = " + ".join(["y"] + [f"({-b!r}) * {x}" for b, x in zip(coef.tolist(), Z[1:])])
    scores = ", ".join(f"sum({x} * ({e}))" for x in Z[1:])
    found = np.array(connection.sql(f"select {scores}, count(*) from ({query}) group by entity").fetchall())
    return found[:, :-1].T @ found[:, :-1], len(found), int(found[:, -1].sum())


def test_partial_sums_give_the_same_numbers(tmp_path: Path) -> None:
    data = rows()
    shards = []
    for k in range(4):
        mine = data["entity"] % 4 == k
        shard = tmp_path / f"shard-{k}.parquet"
        pq.write_table(pa.table({name: values[mine] for name, values in data.items()}), shard)
        shards.append(shard)
    periods = 12
    zz, b, g = (sum(parts) for parts in zip(*(sums(shard, periods) for shard in shards)))
    # One period is left out: its effect is zero.
    gamma = np.zeros_like(b)
    gamma[1:] = np.linalg.solve(g[1:, 1:], b[1:])
    a = zz - b.T @ gamma
    coef = np.linalg.solve(a[1:, 1:], a[1:, 0])
    parts = [meat(shard, gamma, coef) for shard in shards]
    middle, entities, n = (sum(part) for part in zip(*parts))
    bread = np.linalg.inv(a[1:, 1:])
    # The rule of fixest: effects nested in the clusters are not counted.
    k = len(coef) + periods
    factor = entities / (entities - 1) * (n - 1) / (n - k)
    se = np.sqrt(np.diag(factor * bread @ middle @ bread))

    fit = ps.feols("y ~ x1 + x2 | entity + period", data, {"CRV1": "entity"}, panel_id=("entity", "period"))
    np.testing.assert_allclose(coef, list(fit.coef().values()), rtol=1e-12)
    np.testing.assert_allclose(se, list(fit.se().values()), rtol=1e-12)
