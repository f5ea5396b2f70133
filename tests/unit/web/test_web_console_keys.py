"""A page that needs a key says which is missing and how to mend it, in both languages; nothing is changed (A-03)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from db_lent import ENGINES
from sqlalchemy import select
from web_console_office import ROBIN, Office, lent_office, words

from assess.surveys.states import KeyMode
from assess.surveys.tables import AuditRow, CommentDecisionRow, DestructionRow, Wave
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
