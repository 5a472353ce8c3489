"""Exceptions: one class for each kind of trouble, with the place in the data."""

from __future__ import annotations


class PanelError(ValueError):
    """What the data, a formula or a request bring about.

    ``code`` names the kind of error and stays the same when its sentence changes (``duplicate-key``, ``bad-value``);
    the others say where the trouble is, as far as it is known.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "error",
        entity: str | None = None,
        time: str | None = None,
        column: str | int | None = None,
        value: str | None = None,
        file: str | None = None,
        line: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.entity = entity
        self.time = time
        self.column = column
        self.value = value
        self.file = file
        self.line = line

    def __str__(self) -> str:
        return str(self.args[0])


class DataError(PanelError):
    """The data cannot be used."""


class FormulaError(PanelError):
    """A formula or an expression cannot be read; ``column`` is the character of a formula, counted from 1."""


class SpecError(PanelError):
    """The request cannot be carried out."""


class NotConverged(PanelError):
    """An iteration did not reach its tolerance."""


class UnknownName(PanelError, KeyError):
    """A column that is not there; the message has the nearest name."""


class InternalError(RuntimeError):
    """A defect of this program: please report it."""

    def __init__(self, message: str, *, code: str = "internal", **place: object) -> None:
        super().__init__(message)
        self.code = code
