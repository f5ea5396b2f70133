"""Archived facts read back for trends, and what moved as it is printed (S-37, R-11)."""

import pytest
import reports_waves as built

from assess.reports import wording
from assess.reports.earlier import earlier_waves
from assess.reports.facts import Facts, FactsError, NotEstimableFigure, ReleasedFigure


def block(found: Facts, id_: str):
    return next(each for each in found.blocks if each.id == id_)


def test_earlier_waves_give_back_the_printed_numbers_of_the_process_interval():
    """S-37: trends read released figures only."""
    first = built.waves(1)[0]
    (wave,) = earlier_waves([first])
    assert wave.number == 1
    company = first.figures["standing.ALN.mean_process.company"]
    assert isinstance(company, ReleasedFigure)
    assert wave.figures["scale.ALN.company"] == (float(company.value), float(company.lo95), float(company.hi95))
    gap = first.figures["gaps.TRU.gap_process.difference"]
    assert isinstance(gap, ReleasedFigure)
    assert wave.figures["scale.TRU.gap"] == (float(gap.value), float(gap.lo95), float(gap.hi95))
    assert "composite.H.company" in wave.figures
    assert wave.scale_hashes == built.context().scale_hashes()


def test_a_coarse_mean_comes_back_without_interval_and_a_withheld_one_as_nothing():
    """A-12: at 5 to 9 answers only H and gaps have one."""
    (wave,) = earlier_waves([built.facts(built.table((9, 6), invited=(10, 8)))])
    assert wave.figures["scale.ALN.company"][1:] == (None, None)
    assert wave.figures["composite.H.company"][1] is not None
    (hidden,) = earlier_waves([built.facts(withhold=frozenset({"scale.TRU"}))])
    assert hidden.figures["scale.TRU.company"] is None


def test_facts_that_name_no_wave_are_refused():
    first = built.waves(1)[0]
    with pytest.raises(FactsError, match="which wave"):
        earlier_waves([first.model_copy(update={"provenance": {}})])


def test_a_second_wave_prints_before_after_and_change():
    """R-15: previous values beside levels, a change column beside gaps, the change of H in the brief."""
    first, second = built.waves(2)
    row = next(row for row in block(second, "change").rows if row.subject == "ALN")
    assert second.figures[row.figures["wave_1_company"]] == first.figures["standing.ALN.mean_process.company"]
    assert row.figures["wave_2_company"] == "standing.ALN.mean_process.company"
    assert {role for role in row.figures if role.startswith("change_")} == {
        "change_company", "change_sales", "change_marketing", "change_difference",
    }  # fmt: skip
    level = next(row for row in block(second, "standing").rows if row.subject == "ALN")
    assert level.figures["previous_sales"] == "change.ALN.wave_1.sales"
    gap = next(row for row in block(second, "gaps").rows if row.subject == "ALN")
    assert gap.figures["change"] == "change.ALN.change.difference"
    assert block(second, "brief").rows[0].figures["change"] == "change.H.change.company"
    total = next(row for row in block(second, "participation").rows if row.subject == "total")
    assert total.figures["wave_1"] == "participation.ballots.wave_1.company"
    assert [wave["number"] for wave in second.provenance["series"]] == [1, 2]


def test_a_third_wave_speaks_of_a_trend():
    """R-11: "trend" from three waves."""
    third = built.waves(3)[2]
    code = {finding.id: finding.code for finding in third.findings}
    assert code["change.ALN.company"] == "change.trend_up"
    assert "trend over 3 waves" in wording.sentence(third, "change.ALN.company", "en")
    second = built.waves(2)[1]
    assert {f.code for f in second.findings if f.id.startswith("change.ALN")} <= {
        "change.improved", "change.open", "change.gap_moved",
    }  # fmt: skip


def test_a_reworded_scale_breaks_its_series():
    """I-24: before and after do not compare; no change, and no number from the old wording."""
    first = built.waves(1)[0]
    hashes = {**first.provenance["scale_hashes"], "ALN": "00"}
    old = first.model_copy(update={"provenance": {**first.provenance, "scale_hashes": hashes}})
    second = built.facts(earlier=(old,))
    subjects = [row.subject for row in block(second, "change").rows]
    assert "ALN" not in subjects
    assert "TRU" in subjects
    assert "previous_sales" not in next(r for r in block(second, "standing").rows if r.subject == "ALN").figures


def test_a_series_broken_in_between_prints_the_break():
    """R-25: a break, not a number."""
    first, second = built.waves(2)
    hashes = {**first.provenance["scale_hashes"], "ALN": "00"}
    old = first.model_copy(update={"provenance": {**first.provenance, "scale_hashes": hashes}})
    third = built.facts(earlier=(old, second))
    assert third.figures["change.ALN.wave_1.company"] == NotEstimableFigure(reason="not_comparable")
    assert third.figures["change.ALN.wave_2.company"].state == "released"


def test_without_an_interval_before_and_after_print_without_a_verdict():
    """S-37: no_interval."""
    first = built.facts(built.table((9, 6), invited=(10, 8)))
    second = built.facts(built.table((9, 6), invited=(10, 8), seed=2), earlier=(first,))
    assert second.figures["change.ALN.change.company"] == NotEstimableFigure(reason="no_interval")
    assert second.figures["change.H.change.company"].state == "released"
    said = [wording.sentence(second, f.id, "en") for f in second.findings if f.code == "change.no_verdict"]
    assert all("before" in text and text.endswith("no interval, so no verdict.") for text in said)
