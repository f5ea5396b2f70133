"""E0 to E4 and M1 to M10 (product.md section 2), each in both languages, over plain POST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from respond_house import CONTACT, LOCALES, House, Page, answered, checked, post, questions
from sqlalchemy.exc import OperationalError

from assess.disclosure.policy import Policy
from assess.instruments import words
from assess.instruments.load import shipped
from assess.surveys import promise
from assess.surveys.states import KeyMode

INSTRUMENT = shipped("sales-marketing")


@pytest.mark.parametrize(
    ("query", "accept", "heading"),
    [
        ("?lang=en", "fr", "Your code opens the survey"),
        ("?lang=fr", "en", "Votre code ouvre le sondage"),
        ("", "fr-CA, en;q=.5", "Votre code ouvre le sondage"),
        ("", "de", "Your code opens the survey"),
        ("?lang=xx", "", "Your code opens the survey"),
    ],
)
def test_e0_asks_for_the_code_in_the_language_asked_for(house: House, query: str, accept: str, heading: str) -> None:
    page = Page(house.client.get(f"/w/{query}", headers={"Accept-Language": accept}))
    assert page.status == 200
    assert heading in page.text
    assert page.form.action == "/w/start"
    assert list(page.form.fields) == ["lang", "code"]


def test_e0_is_reached_without_its_last_slash(house: House) -> None:
    assert house.client.get("/w").status_code == 200


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("side", ["sales", "marketing"])
def test_e1_tells_everything_before_the_first_question(house: House, locale: str, side: str) -> None:
    page = questions(house, locale, code=house.codes[side][0])
    assert page.status == 200
    label = words.side_labels(INSTRUMENT, locale)[side].label
    told = {
        "en": [
            "Northwind Tools, Winter 2026",
            "It takes about 6 minutes.",
            "January 23, 2026, 23:59 (America/Toronto)",
            f"You answer as {label}",
            f"If that is wrong, do not answer and write to {CONTACT}.",
            "at the same minute, planned for February 3, 2026.",
            "the consultants",
            "never a code, never who answered",
            "30 days after closing",
        ],
        "fr-CA": [
            "Northwind Tools, Winter 2026",
            "Comptez environ 6 minutes.",
            "23\N{NO-BREAK SPACE}janvier 2026 à 23\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}59 (America/Toronto)",
            f"Vous répondez comme membre de {label}",
            f"Si ce n’est pas exact, ne répondez pas et écrivez à {CONTACT}.",
            "prévu pour le 3\N{NO-BREAK SPACE}février 2026",
            "l’équipe-conseil le voit",
            "jamais un code, jamais qui a répondu",
            "30 jours après la clôture",
        ],
    }[locale]
    shown = page.text.replace("\N{NO-BREAK SPACE}", " ")
    for sentence in (*told, *promise.sentences(KeyMode.SERVICE, locale, Policy()), promise.limits(locale)):
        assert sentence.replace("\N{NO-BREAK SPACE}", " ") in shown
    assert str(house.wave.prereg)[:20] in shown


def test_e1_gives_the_day_of_the_report_once_it_is_set(own_house: House) -> None:
    with own_house.sessions.begin() as session:
        from assess.surveys import waves

        wave = waves.find(session, own_house.wave.wave_id)
        assert wave is not None
        waves.set_release(session, wave, own_house.wave.closes_at + timedelta(days=20))
    assert "The leaders receive the report on February 12, 2026, all at the same minute." in questions(own_house).text


@pytest.mark.parametrize("locale", LOCALES)
def test_the_pulse_takes_two_minutes_and_has_no_comment(pulse: House, locale: str) -> None:
    """U-2."""
    page = questions(pulse, locale)
    assert {"en": "about 2 minutes", "fr-CA": "environ 2 minutes"}[locale] in page.text
    assert list(page.form.radios) == list(INSTRUMENT.closed("pulse"))
    assert page.attributes("textarea") == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_person_answers_checks_sends_and_gets_a_receipt(house: House, locale: str) -> None:
    """E2, E3, E4."""
    fields = answered(house, locale, OQ1="They call back.", AL2="0")
    del fields["AL3"]
    page = post(house, "/w/check", fields)
    none = {"en": "Not answered", "fr-CA": "Sans réponse"}[locale]
    assert page.text.count(none) == 1
    assert {"en": "29 of 30 statements answered.", "fr-CA": "Réponses données : 29 sur 30."}[locale] in (
        page.text.replace("\N{NO-BREAK SPACE}", " ")
    )
    assert words.dont_know(INSTRUMENT, locale) in page.text
    assert page.form.fields["OQ1"] == "They call back."
    assert house.ballots() == []

    done = post(house, "/w/drop", page.form.fields)
    (ballot,) = house.ballots()
    assert done.status == 200
    assert done.title == {"en": "Received. Thank you.", "fr-CA": "Bien reçu. Merci."}[locale]
    for text in {
        "en": (ballot.receipt, "You may answer again until January 23, 2026, 23:59 (America/Toronto); the last ballot"),
        "fr-CA": (ballot.receipt, "Aucun courriel ne suivra."),
    }[locale]:
        assert text in done.text
    assert done.form.fields == {}


def test_a_second_send_gives_the_same_receipt_and_one_ballot(house: House) -> None:
    """U-10."""
    fields = checked(house)
    first, second = (post(house, "/w/drop", fields) for _ in range(2))
    assert first.html == second.html
    assert len(house.ballots()) == house.spent() == 1
    assert house.ballots()[0].drops == 1


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", "This ballot takes the place of the one you sent before, whose receipt no longer counts."),
        ("fr-CA", "Ce bulletin remplace celui que vous aviez envoyé, dont le reçu ne vaut plus."),
    ],
)
def test_changed_answers_replace_the_ballot_and_say_so(house: House, locale: str, told: str) -> None:
    first = post(house, "/w/drop", checked(house, locale))
    assert told not in first.text
    second = post(house, "/w/drop", checked(house, locale, AL1="1"))
    assert told in second.text
    assert len(house.ballots()) == 1
    assert house.ballots()[0].receipt in second.text


M1 = {
    "en": "We do not know this code (16 letters and digits). Codes of a finished survey no longer work. "
    "Nothing was sent.",
    "fr-CA": "Nous ne connaissons pas ce code (16 lettres et chiffres). Les codes d’un sondage terminé ne fonctionnent "
    "plus. Rien n’a été envoyé.",
}
M3 = {
    "en": "This survey closed on January 23, 2026, 23:59 (America/Toronto). {ballot} The report for the leaders is "
    "planned for February 3, 2026.",
    "fr-CA": "Ce sondage a été clos le 23 janvier 2026 à 23 h 59 (America/Toronto). {ballot} Le rapport destiné à la "
    "direction des équipes est prévu pour le 3 février 2026.",
}


@pytest.mark.parametrize("path", ["/w/start", "/w/check", "/w/drop"])
@pytest.mark.parametrize(("locale", "text"), M1.items())
def test_m1_is_the_same_for_every_unknown_code(house: House, path: str, locale: str, text: str) -> None:
    """U-10: a code of the right shape and one of no shape are told the same."""
    pages = [post(house, path, {"code": code, "lang": locale}) for code in ("7K3M-9QXT-2V8D-4HBN", "nonsense", "")]
    assert {page.status for page in pages} == {404}
    assert all(text in page.text for page in pages)
    assert len({page.text for page in pages}) == 1
    assert [page.form.fields["code"] for page in pages] == ["7K3M-9QXT-2V8D-4HBN", "nonsense", ""]


@pytest.mark.parametrize("path", ["/w/start", "/w/check", "/w/drop"])
@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "This survey opens on January 12, 2026, 09:00 (America/Toronto). Your code will work then."),
        ("fr-CA", "Ce sondage ouvre le 12 janvier 2026 à 9 h (America/Toronto). Votre code fonctionnera à ce "),
    ],
)
def test_m2_says_when_the_survey_opens(house: House, path: str, locale: str, text: str) -> None:
    fields = checked(house, locale)
    house.clock.set(house.wave.opens_at - timedelta(seconds=1))
    page = post(house, path, fields)
    assert page.status == 403
    assert text in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert house.ballots() == []


@pytest.mark.parametrize("path", ["/w/start", "/w/check", "/w/drop"])
@pytest.mark.parametrize(("locale", "text"), M3.items())
def test_m3_says_when_it_closed_and_when_the_report_comes(house: House, path: str, locale: str, text: str) -> None:
    """M3; and that nothing is in from this code, to whoever sent too late."""
    fields = checked(house, locale)
    house.clock.set(house.wave.closes_at + timedelta(minutes=15))
    page = post(house, path, fields)
    assert page.status == 403
    none = {"en": "We have no ballot from this code.", "fr-CA": "Nous n’avons aucun bulletin de ce code."}[locale]
    assert text.format(ballot=none) in page.text.replace("\N{NO-BREAK SPACE}", " ")
    address = f'href="/w/about/{house.wave.wave_id.hex()}?lang={locale[:2]}"'
    assert address in page.html
    assert address not in post(house, path, {**fields, "kiosk": "1"}).html
    assert house.ballots() == []


@pytest.mark.parametrize("path", ["/w/start", "/w/check", "/w/drop"])
@pytest.mark.parametrize(("locale", "text"), M3.items())
def test_m3_shows_the_receipt_to_whoever_lost_the_answer_to_their_send(
    house: House, path: str, locale: str, text: str
) -> None:
    """M3, A-06: the ballot came in, its answer got lost, the survey closed; the next try leaves no doubt."""
    fields = checked(house, locale)
    post(house, "/w/drop", fields)
    (ballot,) = house.ballots()
    house.clock.set(house.wave.closes_at + timedelta(minutes=15))
    page = post(house, path, fields)
    assert page.status == 403
    told = {
        "en": f"We have a ballot from this code (receipt {ballot.receipt}).",
        "fr-CA": f"Nous avons un bulletin de ce code (reçu {ballot.receipt}).",
    }[locale]
    assert text.format(ballot=told) in page.text.replace("\N{NO-BREAK SPACE}", " ")


def test_ballots_are_taken_in_the_grace_after_closing(house: House) -> None:
    """A-07."""
    house.clock.set(house.wave.closes_at + timedelta(minutes=15) - timedelta(seconds=1))
    assert post(house, "/w/drop", checked(house)).status == 200


def test_the_box_decides_when_a_survey_closes_between_two_looks(own_house: House) -> None:
    """What a page was drawn from may be seconds old; the drop asks again in its own transaction (A-06)."""
    fields = checked(own_house)
    with own_house.sessions.begin() as session:
        from assess.surveys.states import State
        from assess.surveys.tables import Wave

        session.get_one(Wave, own_house.wave.wave_id).state = State.CLOSED
    page = post(own_house, "/w/drop", fields)
    assert page.status == 403
    assert "This survey is closed" in page.text
    assert own_house.ballots() == []


@pytest.mark.parametrize("locale", LOCALES)
def test_m5_shows_the_receipt_of_the_ballot_in_the_box(house: House, locale: str) -> None:
    assert "envelope" not in questions(house, "en").text.split("What is stored")[0]
    post(house, "/w/drop", checked(house, locale))
    page = questions(house, locale)
    given = house.ballots()[0].receipt
    told = {
        "en": f"We have a ballot from this envelope (receipt {given}). Until January 23, 2026, 23:59 (America/Toronto) "
        "a new one replaces it. We cannot show earlier answers.",
        "fr-CA": f"Nous avons un bulletin de cette enveloppe (reçu {given}). Jusqu’au 23 janvier 2026 à 23 h 59 "
        "(America/Toronto), un nouveau bulletin le remplace. Nous ne pouvons pas montrer les réponses précédentes.",
    }[locale]
    assert told in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert set(page.form.fields) == {"code", "lang", "sheet", "kiosk", "OQ1", "OQ2"}


@pytest.mark.parametrize("path", ["/w/check", "/w/drop"])
@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Answer at least one statement before you send."),
        ("fr-CA", "Répondez à au moins un énoncé avant l’envoi."),
    ],
)
def test_m9_asks_for_one_answer_and_keeps_the_comment(house: House, path: str, locale: str, text: str) -> None:
    fields = questions(house, locale).form.fields | {"OQ2": "Only this."}
    page = post(house, path, fields)
    assert page.status == 422
    assert text in page.text
    assert page.title.startswith({"en": "Error: ", "fr-CA": "Erreur\N{NO-BREAK SPACE}: "}[locale])
    assert page.form.fields["OQ2"] == "Only this."
    assert house.ballots() == []


@pytest.mark.parametrize("path", ["/w/check", "/w/drop"])
@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Comment 2 has 1,501 characters; the limit is 1,500."),
        ("fr-CA", "Le commentaire 2 compte 1 501 caractères; la limite est de 1 500."),
    ],
)
def test_m10_names_the_comment_and_keeps_every_word_of_it(house: House, path: str, locale: str, text: str) -> None:
    long = ("word " * 301)[:1501]
    page = post(house, path, answered(house, locale, OQ2=long, OQ1="kept"))
    assert page.status == 422
    assert text in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert page.form.fields["OQ2"] == long
    assert page.form.fields["OQ1"] == "kept"
    assert page.form.fields["AL5"] == "4"
    assert house.ballots() == []


def test_a_comment_of_exactly_the_limit_is_taken(house: House) -> None:
    assert post(house, "/w/drop", checked(house, OQ1="é" * 1500)).status == 200


@pytest.mark.parametrize("path", ["/w/check", "/w/drop"])
@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Not received. Your answers are still on this page. Try again in a minute."),
        ("fr-CA", "Non reçu. Vos réponses sont toujours sur cette page. Réessayez dans une minute."),
    ],
)
def test_m8_keeps_answers_and_attempt_when_the_database_fails(
    house: House, monkeypatch: pytest.MonkeyPatch, path: str, locale: str, text: str
) -> None:
    fields = checked(house, locale, OQ1="Kept\nin two lines.", AL2="0")
    with monkeypatch.context() as broken:
        broken.setattr("assess.surveys.box.put", failing)
        broken.setattr("assess.web.respond.lookup.look", failing)
        page = post(house, path, fields)
    assert page.status == 503
    assert text in page.text
    assert page.title.startswith({"en": "Error", "fr-CA": "Erreur"}[locale])
    assert page.form.action == "/w/drop"
    assert page.form.fields == fields
    assert house.ballots() == []
    assert post(house, "/w/drop", page.form.fields).status == 200
    assert len(house.ballots()) == 1


def test_m8_after_a_commit_that_was_not_answered_doubles_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ballot is on disk but the page failed: sending again gives the same ballot."""
    fields = checked(house)
    with monkeypatch.context() as broken:
        broken.setattr("assess.web.respond.pages.receipt", failing)
        page = post(house, "/w/drop", fields)
    assert page.status == 503
    (before,) = house.ballots()
    assert post(house, "/w/drop", page.form.fields).status == 200
    (after,) = house.ballots()
    assert (before.receipt, before.sealed, before.drops) == (after.receipt, after.sealed, after.drops)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "We cannot look up your code at this moment. Try again in a minute."),
        ("fr-CA", "Nous ne pouvons pas chercher votre code en ce moment. Réessayez dans une minute."),
    ],
)
def test_a_fault_before_the_first_question_keeps_the_code(
    house: House, monkeypatch: pytest.MonkeyPatch, locale: str, text: str
) -> None:
    monkeypatch.setattr("assess.web.respond.lookup.look", failing)
    page = post(house, "/w/start", {"code": house.code, "lang": locale})
    assert page.status == 503
    assert text in page.text
    assert page.form.fields["code"] == house.code


def test_a_fault_of_the_page_for_faults_is_still_a_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = checked(house)
    monkeypatch.setattr("assess.surveys.box.put", failing)
    monkeypatch.setattr("assess.web.respond.pages.check", failing)
    response = house.client.post("/w/drop", data=fields)
    assert response.status_code == 500
    assert "Not received" in Page(response).text


@pytest.mark.parametrize(
    ("language", "asked", "status", "text"),
    [
        ("en", "GET /w/nothing", 404, "There is no page here"),
        ("fr-CA", "GET /w/nothing", 404, "Il n’y a pas de page ici"),
        ("en", "GET /w/drop", 405, "This page opens from your code"),
        ("fr-CA", "GET /w/start", 405, "Cette page s’ouvre à partir de votre code"),
        ("en", "POST /w/", 405, "This page opens from your code"),
        ("fr-CA", "DELETE /w/check", 405, "Cette page s’ouvre à partir de votre code"),
    ],
)
def test_what_is_no_page_says_so_and_leads_back(
    house: House, language: str, asked: str, status: int, text: str
) -> None:
    method, path = asked.split()
    response = house.client.open(path, method=method, headers={"Accept-Language": language})
    page = Page(response)
    assert page.status == status
    assert text in page.text
    assert {"en": "/w/?lang=en", "fr-CA": "/w/?lang=fr"}[language] in [link["href"] for link in page.attributes("a")]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "This is too long to be received"), ("fr-CA", "L’envoi est trop long pour être reçu")],
)
def test_a_body_over_64_kib_is_refused_before_it_is_read(house: House, language: str, text: str) -> None:
    """A-22."""
    fits = answered(house, language, OQ1="x" * 60_000)
    assert post(house, "/w/check", fits).status == 422
    response = house.client.post("/w/check", data=fits | {"OQ1": "x" * 65_600}, headers={"Accept-Language": language})
    assert response.status_code == 413
    assert text in Page(response).text


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Nothing was sent. Start again with your code."), ("fr-CA", "Rien n’a été envoyé. Recommencez avec votre")],
)
def test_a_post_that_was_cut_on_its_way_is_refused(house: House, language: str, text: str) -> None:
    """A body shorter than announced: what is missing could be an answer."""
    response = house.client.post(
        "/w/drop",
        data=b"code=" + house.code.encode(),
        content_type="application/x-www-form-urlencoded",
        headers={"Accept-Language": language},
        environ_overrides={"CONTENT_LENGTH": "500"},
    )
    assert response.status_code == 400
    assert text in Page(response).text
    assert house.ballots() == []


def failing(*_: object, **__: object) -> None:
    raise OperationalError("select", {}, Exception("database is locked"))
