"""The comments pile: what people wrote, read at the desk in random order, and what of it is released (A-18, U-45).

Belongs here: the pile, the four decisions and their rules, what was released. Does not: opening rows (`count`), what
may point to somebody (`hints`), whose key it is, pages. No comment is ever stored in clear but the released ones.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nacl.public import PrivateKey
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from assess.instruments import hashes
from assess.surveys import ballots, count, hints, languages
from assess.surveys.ballots import LONGEST_COMMENT
from assess.surveys.count import Comment
from assess.surveys.hints import Hint
from assess.surveys.keys import KeyFolderError, KeyName, KeyStore
from assess.surveys.languages import Language
from assess.surveys.said import said
from assess.surveys.states import State, WaveRefused
from assess.surveys.tables import CommentDecisionRow, PersonRow, ReleasedCommentRow, Wave

__all__ = ["BLACKED", "Decision", "Lying", "Released", "decide", "key", "pile", "released", "withdraw"]

LEAST_LANGUAGE: Final = 5
"""Comments a language needs on a side; with fewer the language alone would say who wrote."""
BLACKED: Final = "[…]"
"""What stands in the place of words that were taken out."""
_TYPED: Final = "[...]"

Shuffle = Callable[[list["Lying"]], None]


class Decision(StrEnum):
    """What the desk may do with a comment."""

    RELEASE = "release"
    REDACT = "redact"
    PARAPHRASE = "paraphrase"
    WITHHOLD = "withhold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """A comment on the pile. `rare`: its language has too few on its side, so that only a paraphrase may leave."""

    row_id: bytes
    question: str
    side: str
    text: str
    hints: tuple[Hint, ...]
    rare: bool
    decision: Decision | None
    released: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A comment as it may be read."""

    question: str
    side: str
    text: str


def key(wave: Wave, keys: KeyStore) -> bytes:
    """Return K_stat of a wave whose server holds it; raises `KeyFolderError` when it is the key of something else."""
    found = keys.read(wave.wave_id, KeyName.STAT)
    if bytes(PrivateKey(found).public_key) != wave.k_stat_public:
        raise KeyFolderError(
            said(
                "{file} in the key folder is not the key that this wave was counted with: put it back from the "
                "mirror or another copy, "
                "or mount the folder that the wave was opened with, then try again. Nothing was changed.",
                file=f"{wave.wave_id.hex()}/{KeyName.STAT}",
            )
        )
    return found


def pile(session: Session, wave: Wave, *, k_stat: bytes, shuffle: Shuffle | None = None) -> list[Lying]:
    """Return every counted comment, opened in memory, in an order that is drawn anew each time."""
    found = count.comments(session, wave, k_stat=k_stat)
    languages_ = _languages(found)
    listed = _listed(session, wave)
    decided = {
        row.row_id: row
        for row in session.scalars(select(CommentDecisionRow).where(CommentDecisionRow.wave_id == wave.wave_id))
    }
    texts: dict[bytes, str] = {
        row.text_hash: row.text
        for row in session.execute(
            select(ReleasedCommentRow.text_hash, ReleasedCommentRow.text).where(
                ReleasedCommentRow.wave_id == wave.wave_id
            )
        )
    }
    lying = []
    for comment in found:
        row = decided.get(comment.row_id)
        lying.append(
            Lying(
                row_id=comment.row_id,
                question=comment.question,
                side=comment.side,
                text=comment.text,
                hints=hints.found(comment.text, listed),
                rare=_rare(comment, languages_[comment.side]),
                decision=None if row is None else Decision(row.decision),
                released=None if row is None or row.text_hash is None else texts[row.text_hash],
            )
        )
    (shuffle or secrets.SystemRandom().shuffle)(lying)
    return lying


def decide(session: Session, wave: Wave, row_id: bytes, decision: Decision, *, k_stat: bytes, text: str = "") -> None:
    """Decide about one comment, in place of what was decided before; raises `WaveRefused` with nothing changed.

    `text`: the comment with parts replaced by "[…]", or the paraphrase. Deciding the same twice changes nothing.
    """
    _while_counted(session, wave)
    found = count.comments(session, wave, k_stat=k_stat)
    comment = next((each for each in found if each.row_id == row_id), None)
    if comment is None:
        raise WaveRefused(said("This comment is not on the pile of the wave."))
    leaving = _leaving(comment, decision, text, _languages(found)[comment.side])
    _forget(session, wave, row_id)
    text_hash = None
    if leaving is not None:
        text_hash = _hash(comment, leaving)
        if session.get(ReleasedCommentRow, (wave.wave_id, text_hash)) is None:
            session.add(
                ReleasedCommentRow(
                    wave_id=wave.wave_id,
                    text_hash=text_hash,
                    question=comment.question,
                    side=comment.side,
                    text=leaving,
                )
            )
    session.add(CommentDecisionRow(wave_id=wave.wave_id, row_id=row_id, decision=decision.value, text_hash=text_hash))
    session.flush()


def withdraw(session: Session, wave: Wave, row_id: bytes) -> bool:
    """Take a decision back, until the wave is released; return whether there was one."""
    _while_counted(session, wave)
    return _forget(session, wave, row_id)


def released(session: Session, wave: Wave) -> list[Released]:
    """Return what the desk released, in the order of the hashes of the texts: an order that says nothing."""
    rows = session.scalars(
        select(ReleasedCommentRow)
        .where(ReleasedCommentRow.wave_id == wave.wave_id)
        .order_by(ReleasedCommentRow.text_hash)
    )
    return [Released(question=row.question, side=row.side, text=row.text) for row in rows]


def _while_counted(session: Session, wave: Wave) -> None:
    """Hold the wave where it is until the decision stands, and refuse any other state."""
    state = session.scalar(select(Wave.state).where(Wave.wave_id == wave.wave_id).with_for_update())
    if state is not State.COUNTED:
        raise WaveRefused(said("Comments are decided between the count and the release; this wave is not there."))


def _leaving(comment: Comment, decision: Decision, typed: str, side: Counter[Language]) -> str | None:
    """Return what of a comment leaves the desk; raises `WaveRefused` for a text that may not."""
    match decision:
        case Decision.WITHHOLD:
            return None
        case Decision.RELEASE | Decision.REDACT if _rare(comment, side):
            raise WaveRefused(
                said(
                    "Fewer than {least} comments of this team seem to be in this language, so the language could "
                    "point to its writer. Paraphrase it in the language most of them use.",
                    least=LEAST_LANGUAGE,
                )
            )
        case Decision.RELEASE:
            return comment.text
        case Decision.REDACT:
            return _redacted(comment.text, _storable(typed))
        case Decision.PARAPHRASE:
            return _paraphrased(comment, _storable(typed), side)


def _storable(typed: str) -> str:
    try:
        text = ballots.comment(typed.replace(_TYPED, BLACKED), question="", number=1).strip()
    except ballots.BallotFault as fault:
        if fault.flaw is ballots.Flaw.LONG:
            raise WaveRefused(
                said("This has {n} characters; the limit is {limit}.", n=len(typed), limit=LONGEST_COMMENT)
            ) from None
        raise WaveRefused(said("The text holds a character that cannot be stored.")) from None
    if not text.replace(BLACKED, "").strip():
        raise WaveRefused(said("The text is empty. To let nothing leave, withhold the comment."))
    return text


def _redacted(original: str, typed: str) -> str:
    """Return the typed text if it is the original with parts taken out, and nothing else."""
    first, *pieces = typed.split(BLACKED)
    whole = original.strip()
    place = len(first)
    fits = bool(pieces) and whole.startswith(first)
    for piece in pieces:
        at = whole.find(piece, place)
        fits = fits and at >= 0
        place = at + len(piece)
    if not fits or not whole.endswith(pieces[-1]):
        raise WaveRefused(_NOT_A_REDACTION)
    return typed


_NOT_A_REDACTION: Final = said(
    "This is not the comment with parts replaced by […]. Take words out and change nothing else, or paraphrase it."
)


def _paraphrased(comment: Comment, typed: str, side: Counter[Language]) -> str:
    if typed == comment.text.strip():
        raise WaveRefused(said("This is the comment itself. Say it in your own words, or release it as it is."))
    known: dict[Language, int] = {each: number for each, number in side.items() if each is not Language.OTHER}
    enough = min(LEAST_LANGUAGE, max(known.values(), default=0))
    rare = {language for language in Language if known.get(language, 0) < enough} - {Language.OTHER}
    if _rare(comment, side) and languages.guess(typed) in rare:
        raise WaveRefused(
            said("The paraphrase seems to be in a language that few comments of this team use. Translate it.")
        )
    return typed


def _languages(found: Sequence[Comment]) -> dict[str, Counter[Language]]:
    """Return how many comments of each side seem to be in each language; a guess that is never stored."""
    sides: dict[str, Counter[Language]] = {}
    for comment in found:
        sides.setdefault(comment.side, Counter())[languages.guess(comment.text)] += 1
    return sides


def _rare(comment: Comment, side: Counter[Language]) -> bool:
    """Return whether a comment's language has too few on its side; what cannot be told is taken for rare."""
    language = languages.guess(comment.text)
    return language is Language.OTHER or side[language] < LEAST_LANGUAGE


def _listed(session: Session, wave: Wave) -> frozenset[str]:
    """Return the words by which people on the roster are found, while there is a roster."""
    people = session.execute(select(PersonRow.name, PersonRow.email).where(PersonRow.wave_id == wave.wave_id))
    return hints.parts(word for person in people for word in person if word)


def _forget(session: Session, wave: Wave, row_id: bytes) -> bool:
    """Take a decision away, and what it released unless another decision released the same."""
    row = session.get(CommentDecisionRow, (wave.wave_id, row_id))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    if row.text_hash is not None:
        others = exists().where(
            CommentDecisionRow.wave_id == wave.wave_id, CommentDecisionRow.text_hash == row.text_hash
        )
        session.execute(
            delete(ReleasedCommentRow).where(
                ReleasedCommentRow.wave_id == wave.wave_id, ReleasedCommentRow.text_hash == row.text_hash, ~others
            )
        )
        session.expire_all()
    return True


def _hash(comment: Comment, leaving: str) -> bytes:
    """Return the hash that gives a released text its place; the same words of two sides are two texts."""
    return hashlib.sha256(hashes.canonical({"q": comment.question, "s": comment.side, "t": leaving})).digest()
