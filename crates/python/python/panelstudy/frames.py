"""What the functions take as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias


class ArrowStream(Protocol):
    """A table that can be streamed: polars, pyarrow, duckdb, pandas with pyarrow, :class:`panelstudy.Frame`."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


class ArrowBatch(Protocol):
    """A record batch of Arrow."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...


#: A table: anything with an Arrow C stream or array, or columns by name (numpy arrays, Arrow arrays, series, lists).
ArrowLike: TypeAlias = "ArrowStream | ArrowBatch | Mapping[str, Any]"
