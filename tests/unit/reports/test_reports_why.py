"""Why a play was chosen, in released numbers (P-5, P-6, R-18)."""

import pytest
import reports_sayings as sayings
import reports_waves as built

from assess.reports.facts import Facts, Recommendation
from assess.reports.why import why


def chosen(*ids: str, **more: str) -> Recommendation:
    return Recommendation(play="P4", kind="process", status="recommended", why=ids, **more)


@pytest.fixture(scope="module")
def found() -> Facts:
    base = built.waves(1)[0]
    mirror = {f"mirror.AL1.{name}.sales_to_marketing": sayings.F4[name] for name in ("perceived", "error")}
    return base.model_copy(
        update={"figures": {**base.figures, **sayings.PLAIN, **mirror, "mirror.AL1.gap.difference": sayings.F4["gap"]}}
    )


def plain(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text.replace("\N{NO-BREAK SPACE}", " ") for text in texts)


def test_both_sides_of_a_statement_make_one_sentence(found):
    """R-18: the finding with its numbers."""
    ids = ("standing.TRU.mean.sales", "standing.TRU.mean.marketing")
    assert why(found, chosen(*ids), "en") == ("Trust: Sales 60, Marketing 36 of 100.",)
    assert plain(why(found, chosen(*ids), "fr-CA")) == ("Confiance : Ventes 60, Marketing 36 sur 100.",)


def test_one_side_is_named(found):
    assert why(found, chosen("standing.TRU.mean.marketing"), "en") == ("Trust: Marketing 36 of 100.",)


def test_a_company_score_comes_with_its_interval(found):
    assert plain(why(found, chosen("standing.TRU.mean.company"), "en")) == ("Trust: 48 of 100 (41 to 55).",)


def test_a_label_is_said_as_co_orientation(found):
    """R-13."""
    ids = ("mirror.AL1.gap.difference", "mirror.AL1.perceived.sales_to_marketing")
    (text,) = plain(why(found, chosen(*ids), "en"))
    assert text == ("Same targets. Real gap 3; Sales expects 41; 38 of it is in the expectation (real gap: −16 to 22).")


def test_a_label_is_told_by_the_side_that_expects_more_than_there_is(found):
    """R-13: not by the one whose expectation points the other way, so that card and mirror page agree."""
    other = {
        "mirror.AL1.perceived.marketing_to_sales": sayings.F4["perceived"],
        "mirror.AL1.error.marketing_to_sales": sayings.F4["error"],
    }
    facts = found.model_copy(update={"figures": {**found.figures, **other}})
    ids = ("gap.difference", "perceived.marketing_to_sales", "perceived.sales_to_marketing")
    (text,) = why(facts, chosen(*(f"mirror.AL1.{each}" for each in ids)), "en")
    assert "Sales expects 41; 38 of it is in the expectation" in text


def test_a_gap_and_an_error_come_with_their_verdicts(found):
    (gap,) = why(found, chosen("gaps.TRU.gap.difference"), "en")
    assert gap.startswith("Trust. Clear and large gap: Sales scores it")
    (error,) = why(found, chosen("mirror.AL1.error.sales_to_marketing"), "en")
    assert error.startswith("Same targets. Clear and large error of expectation: Sales expects 38 points lower")


def test_at_five_to_nine_answers_the_scale_alone_is_the_reason(found):
    """P-6: "{scale}: {x} of 100."."""
    advice = chosen("standing.TRU.mean.company", reason="scales_only")
    assert why(found, advice, "en") == ("Trust: 48 of 100.",)
    assert plain(why(found, advice, "fr-CA")) == ("Confiance : 48 sur 100.",)


def test_every_reason_of_a_composed_report_can_be_said():
    """P-5: cards print released figures only."""
    for report in (*built.waves(2), built.facts(built.table((9, 6), invited=(10, 8)))):
        for recommendation in report.recommendations:
            for locale in ("en", "fr-CA"):
                texts = why(report, recommendation, locale)
                assert all(text.endswith(".") for text in texts)
                assert bool(texts) == bool(recommendation.why)
