"""A page that needs a key says which is missing and how to mend it, in both languages; nothing is changed (A-03)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from db_lent import ENGINES
from nacl.public import PublicKey, SealedBox
from sqlalchemy import select
from test_web_console_comments import counted
from web_console_office import ROBIN, Office, lent_office, words

from assess.surveys.states import KeyMode
from assess.surveys.tables import AuditRow, CommentDecisionRow, CommentRow, DestructionRow, Wave
from assess.web.console import assembly

ACTS = {
    "comments": ("counted", "comments", {"row": "a" * 32, "decision": "release"}),
    "cards": ("open", "cards", {}),
    "custody": ("counted", "half", {}),
}
"""What staff do that needs a key: of which wave, at which address, with what."""
MISSING = {
    "en": "The key folder holds nothing of wave {wave}: a restored database needs the key folder it was used with.",
    "fr": "Le dossier des clés ne contient rien de la vague {wave}",
}
GONE = {
    "en": "A key that this step needs is no longer in the key folder of this wave",
    "fr": "Une clé dont cette étape a besoin n’est plus dans le dossier des clés de cette vague",
}
UNOPENED = {
    "en": "A counted row of this wave does not open with its key",
    "fr": "Une ligne dépouillée de cette vague ne s’ouvre pas avec sa clé",
}
DAMAGES = {
    "cut short": ({"en": "is cut short, and there is no mirror", "fr": "est tronqué dans le dossier"}, "keys missing"),
    "gone": (GONE, "keys missing"),
    "another": (
        {"en": "is not the key that this wave was counted with", "fr": "n’est pas la clé avec laquelle cette vague"},
        "keys missing",
    ),
    "comment": (UNOPENED, "comments refused"),
    "not written by the count": (UNOPENED, "comments refused"),
}
"""What may be damaged under the desk, what is said of it, and what the log calls the attempt."""


@pytest.fixture(params=ENGINES)
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office with a counted wave whose comments wait."""
    with lent_office(request.param, tmp_path) as made:
        counted(made)
        yield made


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office whose counted wave had a witness, and whose key folder lies elsewhere."""
    with lent_office(request.param, tmp_path) as made:
        made.settings.keys.rename(made.settings.home / "elsewhere")
        with made.session() as session:
            wave = session.get_one(Wave, bytes.fromhex(made.ids["counted"]))
            session.add(DestructionRow(wave_id=wave.wave_id, document=b"{}", signature=b""))
        yield made


def witnessed(desk: Office, act: str) -> None:
    if act == "custody":
        with desk.session() as session:
            wave = session.get_one(Wave, bytes.fromhex(desk.ids["counted"]))
            wave.key_mode, wave.witness = KeyMode.WITNESSED.value, "Ana Roy"


def events(desk: Office) -> list[tuple[str, str]]:
    with desk.session() as session:
        return [(row.event, row.detail) for row in session.scalars(select(AuditRow).order_by(AuditRow.audit_id))]


def unchanged(desk: Office) -> bool:
    with desk.session() as session:
        wave = session.get_one(Wave, bytes.fromhex(desk.ids["counted"]))
        row = session.get_one(DestructionRow, wave.wave_id)
        decided = session.scalar(select(CommentDecisionRow).limit(1))
        return (row.document, bool(wave.witness_half_destroyed), decided) == (b"{}", False, None)


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("act", list(ACTS))
def test_an_act_without_the_key_folder_says_what_to_mount(desk: Office, act: str, locale: str) -> None:
    """A-03, U-101: said like the count's refusal; the attempt is in the log, and nothing else."""
    witnessed(desk, act)
    wave, page, sent = ACTS[act]
    told = desk.visitor(ROBIN).post(f"/waves/{desk.ids[wave]}/{page}?lang={locale}", sent)
    assert told.status_code == 409
    assert MISSING[locale].format(wave=desk.ids[wave]) in words(told).replace("\u202f", " ").replace("\u00a0", " ")
    assert "ASSESS_KEY_FOLDER" in words(told)
    assert events(desk) == [("keys missing", f"{desk.ids[wave]}: {act}")]
    assert unchanged(desk)


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("act", list(ACTS))
def test_an_act_without_its_key_says_so(desk: Office, act: str, locale: str) -> None:
    """A-03: a folder of the wave is there, and the key is not in it."""
    witnessed(desk, act)
    wave, page, sent = ACTS[act]
    (desk.settings.keys / desk.ids[wave]).mkdir(parents=True)
    told = desk.visitor(ROBIN).post(f"/waves/{desk.ids[wave]}/{page}?lang={locale}", sent)
    assert told.status_code == 409
    assert GONE[locale] in words(told)
    assert events(desk) == [("keys missing", f"{desk.ids[wave]}: {act}")]
    assert unchanged(desk)


def test_a_look_at_the_pile_without_the_key_folder_is_no_act(desk: Office) -> None:
    """A-18, U-101: the page says what is missing; with the folder back there is a desk again."""
    visitor, wave = desk.visitor(ROBIN), desk.ids["open"]
    told = visitor.get(f"/waves/{desk.ids['counted']}/comments")
    assert told.status_code == 409
    assert MISSING["en"].format(wave=desk.ids["counted"]) in words(told)
    assert visitor.post(f"/waves/{wave}/cards").status_code == 409
    assert [event for event, _ in events(desk)] == ["keys missing"]
    (desk.settings.home / "elsewhere").rename(desk.settings.keys)
    assert visitor.post(f"/waves/{wave}/cards").status_code == 200


def test_without_the_handler_the_pages_fail(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted weakness: what these pages did before."""
    monkeypatch.setattr(assembly, "_KEYLESS", ())
    told = desk.visitor(ROBIN).get(f"/waves/{desk.ids['counted']}/comments")
    assert told.status_code == 500


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("damage", list(DAMAGES))
def test_a_damaged_key_or_comment_is_told_with_its_remedy_and_nothing_is_decided(
    whole: Office, damage: str, locale: str
) -> None:
    """A-03, A-18, U-101: the desk says which of both is damaged; a look is no act, and the attempt is in the log."""
    visitor, path = whole.visitor(ROBIN), f"/waves/{whole.ids['open']}/comments"
    row = re.findall(r'name="row" value="([0-9a-f]{32})"', visitor.get(path).text)[0]
    key = whole.settings.keys / whole.ids["open"] / "stat"
    said, event = DAMAGES[damage]
    match damage:
        case "cut short":
            key.write_bytes(key.read_bytes()[:10])
        case "gone":
            key.unlink()
        case "another":
            key.write_bytes(bytes(32))
        case "comment":
            with whole.session() as session:
                found = session.scalars(select(CommentRow)).first()
                found.sealed = bytes([found.sealed[0] ^ 1]) + found.sealed[1:]
        case "not written by the count":
            with whole.session() as session:
                wave = session.get_one(Wave, bytes.fromhex(whole.ids["open"]))
                session.scalars(select(CommentRow)).first().sealed = SealedBox(PublicKey(wave.k_stat_public)).encrypt(
                    b""
                )
    looked = visitor.get(f"{path}?lang={locale}")
    assert (looked.status_code, events(whole)) == (409, [])
    for decision in ("withhold", "undo"):
        told = visitor.post(f"{path}?lang={locale}", {"row": row, "decision": decision})
        assert told.status_code == 409
        assert said[locale] in words(told)
    assert events(whole) == [(event, f"{whole.ids['open']}: comments")] * 2
    with whole.session() as session:
        assert session.scalar(select(CommentDecisionRow).limit(1)) is None
