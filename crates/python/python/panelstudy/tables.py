"""Tables of regressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from panelstudy import _core
from panelstudy._core import Fit, Table

#: A text, or the same in both languages: ``{"zh": "市值", "en": "Market value"}``.
Words: TypeAlias = "str | Mapping[str, str]"


def table(
    fits: Fit | Sequence[Fit] | Mapping[str, Fit],
    *,
    title: Words = "",
    labels: Mapping[str, Words] | None = None,
    coefs: Sequence[str] = (),
    stats: Sequence[str] = (),
    stars: Sequence[float] = (0.10, 0.05, 0.01),
    below: Literal["se", "t", "p", "interval", "none"] = "se",
    digits: int = 3,
    notes: Sequence[Words] = (),
    lang: Literal["en", "zh"] = "en",
    number: Words = "",
    id: str = "table",
) -> Table:
    """Fits as the columns of a table: coefficients with stars, what stands below them, fixed effects, statistics, notes.

    ``fits``: one, several, or several by the heading of their column.
    ``labels``: how names are shown, ``{"value": "Market value"}``; composed names (``value^2``) follow from their parts.
    ``coefs``: which coefficients, in which order; all unless said. ``stats``: which statistics, ``n`` the first of them;
    those that the program prints whose rule is followed (``like``), and the tests of instruments, unless said.
    ``stars``: p below these numbers has one, two, three stars; an empty list, none. The note says which.
    ``below``: the standard error, t, p, or the interval at the level of the fit.
    ``digits`` after the point; a number that would print as zero keeps two significant ones.
    ``lang`` of labels and notes.

    A notebook shows the table as it is; ``to_docx(path)``, ``to_xlsx(path)``, ``to_latex()``, ``to_html()``,
    ``to_markdown()``, ``to_typst()`` and ``to_csv()`` give it to others.
    """
    headings: list[Words] = []
    if isinstance(fits, Fit):
        columns = [fits]
    elif isinstance(fits, Mapping):
        headings, columns = list(fits), list(fits.values())
    else:
        columns = list(fits)
    return _core.regression(
        columns,
        headings=headings,
        id=id,
        number=number,
        title=title,
        labels=dict(labels or {}),
        coefs=list(coefs),
        stats=list(stats),
        stars=list(stars),
        below=below,
        digits=digits,
        notes=list(notes),
        lang=lang,
    )
