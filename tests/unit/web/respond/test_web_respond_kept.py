"""U-11: whatever goes wrong, and in whichever language one goes on, what was typed stays on the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from nacl.public import PrivateKey, SealedBox
from respond_house import LOCALES, House, Page, answered, checked, post, questions

from assess.surveys.keys import FileKeys, KeyName

WORDS = 'Tags <b>&amp; "quotes"</b>\n\n  two lines, l\'été 🙂'


@pytest.mark.parametrize(("first", "second"), [LOCALES, LOCALES[::-1]])
def test_the_language_button_of_the_questionnaire_keeps_answers_and_comments(
    house: House, first: str, second: str
) -> None:
    fields = answered(house, first, OQ1=WORDS, AL2="0", EN4="1")
    button = switch(questions(house, first), second)
    page = post(house, button["formaction"], fields | {button["name"]: button["value"]})
    assert page.status == 200
    assert f'<html lang="{second}">' in page.html
    assert page.form.fields == fields | {"lang": second}
    assert house.ballots() == []


@pytest.mark.parametrize(("first", "second"), [LOCALES, LOCALES[::-1]])
def test_the_language_button_of_the_check_page_keeps_answers_and_comments(
    house: House, first: str, second: str
) -> None:
    fields = checked(house, first, OQ1=WORDS, AL2="0")
    page = post(house, "/w/check", fields | {"to": second})
    assert page.form.fields | {"try": ""} == fields | {"lang": second, "try": ""}


def test_the_language_button_keeps_a_comment_that_is_far_too_long(house: House) -> None:
    long = "mot " * 2_000
    page = post(house, "/w/start", answered(house, "en", OQ2=long, to="fr-CA"))
    assert page.form.fields["OQ2"] == long


def test_the_language_of_a_message_changes_with_the_code_kept(house: House) -> None:
    house.clock.set(house.wave.opens_at - timedelta(days=1))
    page = questions(house, "en")
    assert page.form.action == "/w/start"
    french = post(house, "/w/start", page.form.fields | {"to": "fr-CA"})
    assert "Ce sondage n’est pas encore ouvert" in french.text
    assert french.form.fields["code"] == house.code


def test_change_leads_back_to_the_statement_with_everything_kept(house: House) -> None:
    """E3: "Change"."""
    fields = checked(house, OQ1=WORDS)
    page = post(house, "/w/check", fields)
    (change,) = [button for button in page.form.buttons if button.get("id") == "TR2-b"]
    assert change["formaction"] == "/w/start#TR2"
    back = post(house, "/w/start", fields)
    assert "TR2" in back.ids()
    assert back.form.fields == {name: value for name, value in fields.items() if name != "try"} | {"OQ2": ""}


@pytest.mark.parametrize(
    "wrong",
    [{"AL1": "6"}, {"AL1": "-1"}, {"AL1": "x"}, {"AL1": "4.0"}, {"AL1": "٤"}, {"AL1": " 4"}, {"AL1": ""}, {"ZZ1": "1"}],
)
@pytest.mark.parametrize("path", ["/w/check", "/w/drop"])
@pytest.mark.parametrize("locale", LOCALES)
def test_an_answer_outside_the_form_is_named_and_the_rest_kept(
    house: House, wrong: dict[str, str], path: str, locale: str
) -> None:
    fields = answered(house, locale, OQ1=WORDS) | {"try": "ab" * 16} | wrong
    page = post(house, path, fields)
    assert page.status == 422
    left_out = set(wrong) | {"try"}
    assert page.form.fields == {name: value for name, value in fields.items() if name not in left_out}
    text = {
        "en": ("Choose one of these answers.", "Something that is not part of this survey was left out."),
        "fr-CA": ("Choisissez une de ces réponses.", "Un élément qui ne fait pas partie de ce sondage a été laissé"),
    }[locale]["ZZ1" in wrong]
    assert text in page.text
    assert house.ballots() == []


def test_a_statement_sent_twice_is_asked_again(house: House) -> None:
    sent = [*answered(house).items(), ("AL1", "2")]
    page = Page(
        house.client.post(
            "/w/check", data="&".join(f"{k}={v}" for k, v in sent), content_type="application/x-www-form-urlencoded"
        )
    )
    assert page.status == 422
    assert "AL1" not in page.form.fields
    assert page.form.fields["AL2"] == "4"


@pytest.mark.parametrize("attempt", ["", "zz" * 16, "ab" * 15, "AB" * 16, "ab" * 17, "ab " * 16])
@pytest.mark.parametrize(("locale", "text"), [("en", "Not received yet."), ("fr-CA", "Pas encore reçu.")])
def test_a_send_without_its_attempt_comes_back_as_a_check_page(
    house: House, attempt: str, locale: str, text: str
) -> None:
    fields = checked(house, locale, OQ1=WORDS)
    page = post(house, "/w/drop", fields | {"try": attempt})
    assert page.status == 422
    assert text in page.text
    assert page.form.fields | {"try": ""} == fields | {"try": ""}
    assert house.ballots() == []
    assert post(house, "/w/drop", page.form.fields).status == 200


@pytest.mark.parametrize(
    "sheet",
    [
        "",
        "nothing",
        "sales-marketing:core",
        "none:core:sales",
        "sales-marketing:core:x",
        "../../etc:core:sales",
        "sales-marketing:pulse:sales",
    ],
)
def test_a_send_whose_sheet_is_not_the_codes_comes_back_as_a_check_page(house: House, sheet: str) -> None:
    """The sheet says how to read a post; what a ballot may hold comes from the code."""
    fields = checked(house, OQ1=WORDS)
    page = post(house, "/w/drop", fields | {"sheet": sheet})
    assert page.status == 422
    assert page.form.fields | {"try": ""} == fields | {"try": ""}
    assert house.ballots() == []
    assert post(house, "/w/drop", page.form.fields).status == 200


def test_answers_of_another_form_are_never_sealed(pulse: House) -> None:
    """A page of the core form posted with a code of a pulse wave: the box refuses, the page says what is not part."""
    fields = checked(pulse) | {"sheet": "sales-marketing:core:sales", "AL2": "4", "OQ1": "x"}
    page = post(pulse, "/w/drop", fields)
    assert page.status == 422
    assert "Something that is not part of this survey was left out." in page.text
    assert pulse.ballots() == []


def test_the_side_of_a_ballot_is_the_envelopes_and_not_the_sheets(house: House) -> None:
    fields = checked(house) | {"sheet": "sales-marketing:core:marketing"}
    assert post(house, "/w/drop", fields).status == 200
    (ballot,) = house.ballots()
    keys = FileKeys(house.folder / "keys")
    opened = SealedBox(PrivateKey(keys.read(house.wave.wave_id, KeyName.BOX))).decrypt(ballot.sealed)
    assert b'"s":"sales"' in opened


def test_a_comment_begins_with_the_newline_that_was_typed(house: House) -> None:
    """HTML drops one newline after <textarea>; ours is dropped, not the person's."""
    fields = checked(house, OQ1="\nfirst")
    assert fields["OQ1"] == "\nfirst"
    assert post(house, "/w/start", fields).form.fields["OQ1"] == "\nfirst"


def switch(page: Page, locale: str) -> dict[str, str]:
    (button,) = [button for button in page.form.buttons if button.get("value") == locale]
    return button
