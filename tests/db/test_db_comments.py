"""The comments pile: read in random order, decided one by one, released by the hash of the text (A-18, U-45)."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from db_house import House
from sqlalchemy import select
from test_db_canary import position, search

from assess.surveys import comments, count, lifecycle, moments, roster, waves
from assess.surveys.comments import BLACKED, Decision, Lying
from assess.surveys.hints import HintKind
from assess.surveys.keys import KeyName
from assess.surveys.states import State, WaveRefused
from assess.surveys.tables import CommentDecisionRow, CommentRow, ReleasedCommentRow, Wave

ENGLISH = "The leads that we get from them help us, number {n}."
FRENCH = "Ils ne nous disent jamais ce que veulent les clients, fois {n}."
CANARY = "kanarienvogel"


def written(built: House, *, sales: int = 11, marketing: int = 10, french: int = 0, last: str = "") -> Wave:
    """Count a wave in which everybody wrote; `french` of the first marketing comments are in French."""
    wave = built.opened()
    codes = built.codes(wave)
    for side, number in (("sales", sales), ("marketing", marketing)):
        for i in range(number):
            text = FRENCH if side == "marketing" and i < french else ENGLISH
            text = last if last and (side, i) == ("sales", number - 1) else text.format(n=f"{side} {i}")
            built.drop(codes[side][i], {"A1": 4}, {"Q1": text})
    built.close()
    built.count(wave)
    return wave


def k_stat(built: House, wave: Wave) -> bytes:
    return built.keys.read(wave.wave_id, KeyName.STAT)


def pile(built: House, wave: Wave, **options: object) -> list[Lying]:
    with built.sessions() as session:
        found = session.get_one(Wave, wave.wave_id)
        return comments.pile(session, found, k_stat=k_stat(built, wave), **options)  # type: ignore[arg-type]


def decide(built: House, wave: Wave, lying: Lying, decision: Decision, text: str = "") -> None:
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        comments.decide(session, found, lying.row_id, decision, k_stat=k_stat(built, wave), text=text)


def undo(built: House, wave: Wave, lying: Lying) -> bool:
    with built.sessions.begin() as session:
        return comments.withdraw(session, session.get_one(Wave, wave.wave_id), lying.row_id)


def out(built: House, wave: Wave) -> list[str]:
    with built.sessions() as session:
        return [each.text for each in comments.released(session, session.get_one(Wave, wave.wave_id))]


def undecided(built: House, wave: Wave) -> int:
    with built.sessions() as session:
        return lifecycle.undecided(session, wave.wave_id)


def test_the_pile_holds_every_comment_in_an_order_drawn_anew(built: House) -> None:
    """A-18: 21 comments; two looks in one order have a chance of 1 in 21!."""
    wave = written(built)
    first, second = pile(built, wave), pile(built, wave)
    assert {each.row_id for each in first} == {each.row_id for each in second}
    assert Counter(each.side for each in first) == {"sales": 11, "marketing": 10}
    assert [each.row_id for each in first] != [each.row_id for each in second]
    assert all(each.decision is None and each.released is None and not each.rare for each in first)
    drawn = pile(built, wave, shuffle=random.Random(1).shuffle)
    assert drawn == pile(built, wave, shuffle=random.Random(1).shuffle)


def test_a_side_under_the_floor_leaves_no_comment_on_either(built: House) -> None:
    """A-18: under kc destroyed unread, at the count; the desk finds nothing, and nothing waits."""
    wave = written(built, marketing=9)
    assert pile(built, wave) == []
    assert undecided(built, wave) == 0
    with built.sessions() as session:
        assert session.scalars(select(CommentRow)).all() == []


def test_the_four_decisions_store_what_may_leave_and_nothing_else(built: House) -> None:
    """A-18: release, redact, paraphrase, withhold."""
    wave = written(built, last="I think Mary Smith helps us with the leads")
    named = next(each for each in pile(built, wave) if "Mary" in each.text)
    assert HintKind.CAPITALS in {hint.kind for hint in named.hints}
    others = [each for each in pile(built, wave) if each.row_id != named.row_id]
    decide(built, wave, named, Decision.REDACT, f"I think {BLACKED} helps us with the leads")
    decide(built, wave, others[0], Decision.RELEASE)
    decide(built, wave, others[1], Decision.PARAPHRASE, "The leads are of help.")
    decide(built, wave, others[2], Decision.WITHHOLD)
    assert set(out(built, wave)) == {
        f"I think {BLACKED} helps us with the leads",
        others[0].text,
        "The leads are of help.",
    }
    now = {each.row_id: each for each in pile(built, wave)}
    assert now[named.row_id].released == f"I think {BLACKED} helps us with the leads"
    assert [now[each.row_id].decision for each in others[:4]] == [
        Decision.RELEASE,
        Decision.PARAPHRASE,
        Decision.WITHHOLD,
        None,
    ]
    assert undecided(built, wave) == 17


def test_deciding_twice_changes_nothing_and_deciding_anew_takes_the_old_text_away(built: House) -> None:
    """A-18: idempotent, and only what was decided last leaves."""
    wave = written(built)
    one = pile(built, wave)[0]
    for _ in range(2):
        decide(built, wave, one, Decision.PARAPHRASE, "Leads help.")
    assert out(built, wave) == ["Leads help."]
    decide(built, wave, one, Decision.RELEASE)
    assert out(built, wave) == [one.text]
    decide(built, wave, one, Decision.WITHHOLD)
    assert out(built, wave) == []
    decide(built, wave, one, Decision.RELEASE)
    assert undo(built, wave, one)
    assert not undo(built, wave, one)
    assert out(built, wave) == []
    assert undecided(built, wave) == 21


def test_two_comments_in_the_same_words_are_one_text_until_neither_is_released(built: House) -> None:
    """A-18: keyed by the hash of the text; of two sides they are two."""
    wave = written(built)
    lying = pile(built, wave)
    first, second = [each for each in lying if each.side == "sales"][:2]
    other = next(each for each in lying if each.side == "marketing")
    for each in (first, second, other):
        decide(built, wave, each, Decision.PARAPHRASE, "They help us.")
    assert out(built, wave) == ["They help us."] * 2
    undo(built, wave, first)
    assert out(built, wave) == ["They help us."] * 2
    undo(built, wave, second)
    assert out(built, wave) == ["They help us."]


def test_what_is_released_lies_in_the_order_of_hashes_whatever_order_the_desk_took(built: House) -> None:
    """A-18: the order says nothing of the desk's work, and row and text share no id."""
    wave = written(built)
    lying = pile(built, wave)
    for each in lying:
        decide(built, wave, each, Decision.RELEASE)
    first = out(built, wave)
    for each in reversed(lying):
        undo(built, wave, each)
    for each in sorted(lying, key=lambda each: each.text, reverse=True):
        decide(built, wave, each, Decision.RELEASE)
    assert out(built, wave) == first != sorted(first)
    with built.sessions() as session:
        hashes = [row.text_hash for row in session.scalars(select(ReleasedCommentRow))]
        assert not {each.row_id for each in lying} & {digest[:16] for digest in hashes}


@pytest.mark.parametrize(
    "text",
    [
        "We leave Ana alone",
        "[…] leave Ana alone here",
        "[…]",
        "  ",
        "We […] alone […] We",
        "we […] alone",
        "We leave […] aloneX",
    ],
)
def test_a_redaction_takes_words_out_and_changes_nothing_else(built: House, text: str) -> None:
    """A-18: whatever else was typed is a paraphrase, and says so."""
    wave = written(built, last="We leave Ana alone")
    one = next(each for each in pile(built, wave) if "Ana" in each.text)
    with pytest.raises(WaveRefused):
        decide(built, wave, one, Decision.REDACT, text)
    assert out(built, wave) == []
    assert pile(built, wave)[0].decision is None


@pytest.mark.parametrize(
    "typed", ["We leave […] alone", "We […]", "[…] alone", "We leave [...] alone", " We[…] Ana[…]"]
)
def test_a_redaction_is_taken_wherever_the_words_stood(built: House, typed: str) -> None:
    """A-18: three typed dots in brackets are the sign too."""
    wave = written(built, last="We leave Ana alone")
    one = next(each for each in pile(built, wave) if "Ana" in each.text)
    decide(built, wave, one, Decision.REDACT, typed)
    assert out(built, wave) == [typed.strip().replace("[...]", BLACKED)]


def test_a_rare_language_leaves_only_as_a_paraphrase_in_the_common_one(built: House) -> None:
    """A-18: four French comments of a side; the language alone would point to four people."""
    wave = written(built, french=4)
    lying = pile(built, wave)
    french = [each for each in lying if each.text.startswith("Ils")]
    assert {each.row_id for each in lying if each.rare} == {each.row_id for each in french}
    for decision, text in (
        (Decision.RELEASE, ""),
        (Decision.REDACT, french[0].text.replace("jamais", BLACKED)),
        (Decision.PARAPHRASE, "Ils ne disent pas ce que veulent les clients."),
        (Decision.PARAPHRASE, french[0].text),
    ):
        with pytest.raises(WaveRefused):
            decide(built, wave, french[0], decision, text)
    decide(built, wave, french[0], Decision.PARAPHRASE, "They never tell us what the customers want.")
    decide(built, wave, french[1], Decision.WITHHOLD)
    assert out(built, wave) == ["They never tell us what the customers want."]


def test_five_comments_of_a_language_may_leave_as_they_are(built: House) -> None:
    """A-18: the floor of the language is five on a side."""
    wave = written(built, french=5)
    lying = pile(built, wave)
    assert not any(each.rare for each in lying)
    decide(built, wave, next(each for each in lying if each.text.startswith("Ils")), Decision.RELEASE)
    assert len(out(built, wave)) == 1


def test_the_desk_flags_names_of_the_roster_while_there_is_one(built: House) -> None:
    """A-18: by e-mail here, since the roster of this wave has no names; gone with the roster."""
    wave = built.drafted()
    with built.sessions.begin() as session:
        rows = [
            roster.RosterRow(side="sales", email=f"{name}@acme.example", name=None)
            for name in ("kim", "lee", "max", "eva", "ida", "tom", "ben", "zoe", "ian", "sam", "joe")
        ] + [
            roster.RosterRow(side="marketing", email=f"m{i}@acme.example", name=f"Person{i} Quandt") for i in range(10)
        ]
        roster.replace(session, wave, roster.ParsedRoster(rows=tuple(rows), ignored_columns=(), warnings=()))
    with built.sessions.begin() as session:
        wave = built.open(session, wave)
    codes = built.codes(wave)
    for side, number in (("sales", 11), ("marketing", 10)):
        for i in range(number):
            text = "Ask quandt and ZOE, they have time for us" if (side, i) == ("sales", 0) else ENGLISH.format(n=i)
            built.drop(codes[side][i], {"A1": 4}, {"Q1": text})
    built.close()
    built.count(wave)

    def flagged() -> list[str]:
        (one,) = [each for each in pile(built, wave) if "quandt" in each.text]
        return [one.text[hint.start : hint.end] for hint in one.hints if hint.kind is HintKind.LISTED]

    assert flagged() == ["quandt", "ZOE"]
    built.clock.set(built.clock.moment + moments.ROSTER_LIFE)
    with built.sessions.begin() as session:
        assert lifecycle.purge_roster(session, wave.wave_id, built.clock)
    assert flagged() == []


def test_a_release_waits_for_the_comments_and_comments_end_with_the_release(built: House) -> None:
    """Section 6: counted to released takes "comments done"; afterwards nothing is decided or taken back."""
    wave = written(built)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        with pytest.raises(WaveRefused, match="21 comments wait"):
            waves.set_release(session, found, built.clock.moment)
        found.release_at = built.clock.moment
        session.flush()
        assert lifecycle.due(session, built.clock) == []
        assert not lifecycle.mark_released(session, found, built.clock)
    for each in pile(built, wave):
        decide(built, wave, each, Decision.WITHHOLD)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        assert [step.kind for step in lifecycle.due(session, built.clock)] == [lifecycle.StepKind.RELEASE]
        assert lifecycle.mark_released(session, found, built.clock)
    one = pile(built, wave)[0]
    with pytest.raises(WaveRefused):
        decide(built, wave, one, Decision.RELEASE)
    with pytest.raises(WaveRefused):
        undo(built, wave, one)


def test_sign_off_takes_the_pile_and_its_decisions_and_leaves_what_was_released(built: House) -> None:
    """A-08, A-18."""
    wave = written(built)
    lying = pile(built, wave)
    for each in lying:
        decide(built, wave, each, Decision.RELEASE if each is lying[0] else Decision.WITHHOLD)
    with built.sessions.begin() as session:
        assert lifecycle.mark_released(session, session.get_one(Wave, wave.wave_id), built.clock)
    built.clock.set(built.clock.moment + moments.RESULTS_LIFE)
    with built.sessions.begin() as session:
        assert lifecycle.sign_off(session, wave.wave_id, keys=built.keys, clock=built.clock)
    with built.sessions() as session:
        assert session.scalars(select(CommentRow)).all() == session.scalars(select(CommentDecisionRow)).all() == []
    assert out(built, wave) == [lying[0].text]


def test_a_foreign_row_an_uncounted_wave_and_a_wrong_key_are_refused(built: House) -> None:
    wave = built.opened()
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        with pytest.raises(WaveRefused, match="between the count and the release"):
            comments.decide(session, found, b"x" * 16, Decision.WITHHOLD, k_stat=b"k" * 32)
        with pytest.raises(count.CountStopped):
            comments.pile(session, found, k_stat=b"k" * 32)
    built.fill(wave, sales=10, marketing=10)
    built.close()
    built.count(wave)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        assert found.state is State.COUNTED
        with pytest.raises(WaveRefused, match="not on the pile"):
            comments.decide(session, found, b"x" * 16, Decision.WITHHOLD, k_stat=k_stat(built, wave))
        with pytest.raises(ValueError, match="does not open"):
            comments.pile(session, found, k_stat=b"k" * 32)


@pytest.mark.parametrize(("text", "why"), [("x" * 1501, "1,501"), ("a\u202eb", "cannot be stored"), (" ", "empty")])
def test_a_paraphrase_keeps_to_the_limits_of_a_comment(built: House, text: str, why: str) -> None:
    wave = written(built)
    with pytest.raises(WaveRefused, match=why):
        decide(built, wave, pile(built, wave)[0], Decision.PARAPHRASE, text)


def test_no_comment_is_in_any_file_before_it_is_released(built: House) -> None:
    """T5, A-08: read, decided and withheld in memory; the released one, and it alone, is then found."""
    start = position(built)
    wave = written(built, last=f"The {CANARY} is for them and it helps us")
    one = next(each for each in pile(built, wave) if CANARY in each.text)
    decide(built, wave, one, Decision.WITHHOLD)
    assert search(built, [CANARY.encode()], start) == []
    decide(built, wave, one, Decision.RELEASE)
    assert search(built, [CANARY.encode()], start) != []
