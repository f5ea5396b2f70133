"""`figures.csv`: every figure once, as it stands in the facts (R-41, A-30)."""

from __future__ import annotations

import csv
import io

import sample_facts

from assess.reports import figures_csv
from assess.reports.facts import BandedFigure, Facts, NotEstimableFigure, ReleasedFigure, WithheldFigure


def read(facts: Facts) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(figures_csv.table(facts).decode(), newline="")))


def test_every_figure_stands_on_one_row_in_the_order_of_blocks():
    facts = sample_facts.core()
    rows = read(facts)
    assert sorted(row["figure_id"] for row in rows) == sorted(facts.figures)
    first = [id_ for row in facts.blocks[0].rows for id_ in row.figures.values()]
    assert [row["figure_id"] for row in rows[: len(first)]] == first


def test_the_header_is_the_one_published():
    """R-41."""
    header = figures_csv.table(sample_facts.core()).split(b"\r\n", 1)[0].decode()
    assert header == (
        "facts_version,wave,instrument,instrument_version,form,block,figure_id,scope,subject,statistic,unit,state,"
        "reason,missing_x,missing_y,value,lo95,hi95,lo90,hi90,verdict,estimand,family"
    )


def test_numbers_equal_the_facts_with_point_and_ascii_hyphen():
    """R-41, R-52: CSV = facts."""
    facts = sample_facts.core()
    for row in read(facts):
        figure = facts.figures[row["figure_id"]]
        match figure:
            case ReleasedFigure():
                assert row["value"] == str(figure.value)
                assert (row["lo95"], row["hi95"]) == tuple(
                    "" if e is None else str(e) for e in (figure.lo95, figure.hi95)
                )
                assert row["state"] == "released"
            case BandedFigure():
                assert (row["state"], row["reason"], row["value"]) == ("banded", figure.code, "")
            case NotEstimableFigure():
                assert (row["state"], row["reason"], row["value"]) == ("not_estimable", figure.reason, "")
            case WithheldFigure():
                assert row["state"] == "withheld"
    assert "−" not in figures_csv.table(facts).decode()


def test_a_withheld_figure_is_a_row_of_nothing():
    """R-4: no number, no n, no side, no cause."""
    row = next(row for row in read(sample_facts.core()) if row["state"] == "withheld")
    for column in (
        "unit",
        "reason",
        "missing_x",
        "missing_y",
        "value",
        "lo95",
        "hi95",
        "verdict",
        "estimand",
        "family",
    ):
        assert row[column] == ""


def test_missing_answers_are_a_class_by_side():
    """R-6: never a count."""
    facts = sample_facts.core()
    figure = ReleasedFigure(value=1, unit="points", missing={"sales": "lt10", "marketing": "10to25"})
    facts = facts.model_copy(update={"figures": {**facts.figures, "standing.ALN.mean.sales": figure}})
    row = next(row for row in read(facts) if row["figure_id"] == "standing.ALN.mean.sales")
    assert (row["missing_x"], row["missing_y"]) == ("lt10", "10to25")


def test_typed_text_never_becomes_a_formula():
    """A-30."""
    for text in ("=1+1", "+1", "-1", "@x", "\tx", "\rx"):
        assert figures_csv.safe(text) == f"'{text}"
    assert figures_csv.safe("2026-Q3") == "2026-Q3"
    facts = sample_facts.core()
    provenance = {**facts.provenance, "wave": {**facts.provenance["wave"], "label": '=HYPERLINK("http://x")'}}
    rows = read(facts.model_copy(update={"provenance": provenance}))
    assert all(row["wave"].startswith("'=") for row in rows)
