"""Words in both languages: every code and verdict, their golden texts, lengths, forbidden words, typography."""

import itertools
import re
from pathlib import Path

import pytest
import reports_sayings as sayings
import reports_waves as built

from assess import i18n, resources
from assess.reports import typography, wording
from assess.reports.facts import BandedFigure, NotEstimableFigure, ReleasedFigure, WithheldFigure
from assess.reports.findings import Code
from assess.scoring.results import Label, Modifier, Verdict

LOCALES = ("en", "fr-CA")
FOLDER = resources.templates() / "report" / "wording"
GOLDEN = Path(__file__).parents[2] / "golden"
WORDS_LIMIT = {"en": 24, "fr-CA": 30}

FORBIDDEN = {
    "en": r"\b(significan\w+|prov(e|es|ed|en|ing)|caus(e|es|ed|ing)|driv(e|es|en|ing)|drove|due to|because of"
    r"|effects? of|thanks to|blam(e|es|ed)|faults?|culprits?|worst|best team)\b",
    "fr-CA": r"\b(significati\w+|prouv\w+|cause\w*|provoqu\w+|grâce à|à cause d\w*|en raison d\w*|dûe?s? à|effets? d\w*"
    r"|fautes?|coupables?|pires?)\b",
}
"""R-12."""

VERDICTS = [f"verdict.{kind}.{row}" for kind in ("gap", "change", "error", "perceived") for row in range(2, 8)]
SOFTENED = [f"verdict.{kind}.{row}.not_clear" for kind in ("gap", "change", "error", "perceived") for row in (2, 3)]
OTHERS = [
    "verdict.withheld", "verdict.not_estimable", "verdict.two_camps", "verdict.number", "superiority.times",
    "superiority.more_than", "coorientation.over", "coorientation.under", "coorientation.opposite", "why.level",
    "why.one", "why.company", "why.comparison", "why.expected",
]  # fmt: skip


def says(code: str, locale: str, **words: str) -> tuple[str, str]:
    facts = sayings.said(code, **words)
    return wording.title(facts, "said", locale), wording.sentence(facts, "said", locale)


def verdict(figure, statistic: str = "gap", scope: str = "difference", locale: str = "en") -> str:
    base = built.waves(1)[0]
    id_ = f"mirror.AL1.{statistic}.{scope}" if "_to_" in scope else f"gaps.TRU.{statistic}.{scope}"
    facts = base.model_copy(update={"figures": {**base.figures, id_: figure}})
    return wording.verdict(id_, facts, "TRU", locale)


def slips(text: str, locale: str) -> list[str]:
    """Return typographic faults; the colon is looked at here, as it may follow a bracket or a quotation mark."""
    found = [fault for fault in typography.faults(text, locale) if not fault.startswith("no no-break space before :")]
    if locale == "fr-CA" and re.search(r"(?<! ):(?=\s|$)", text):
        found.append(f"colon without its space: {text}")
    return found


def counted(text: str) -> int:
    """Return how many words and numbers a text has; signs and punctuation are none."""
    return len(re.findall(r"[\w’−+.,-]*\w[\w’.,-]*", text))


def test_every_code_has_its_texts_in_both_languages_and_no_text_is_left_over():
    """R-8: a code without its texts fails here."""
    wanted = {*(code.value for code in Code), *VERDICTS, *SOFTENED, *OTHERS}
    for locale in LOCALES:
        assert {path.stem for path in (FOLDER / locale).glob("*.txt")} == wanted


def test_a_missing_text_is_an_error_not_a_blank():
    facts = sayings.said("gaps.clear")
    unknown = facts.findings[0].model_copy(update={"code": "gaps.unheard"})
    with pytest.raises(KeyError, match=r"gaps\.unheard has no text in fr-CA"):
        wording.sentence(facts.model_copy(update={"findings": (unknown,)}), "said", "fr-CA")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", list(Code))
def test_every_finding_is_a_clean_sentence_in_both_languages(code, locale):
    """R-8, R-12, R-54: no unfilled slot, no forbidden word, no slip of typography; titles fit (R-10)."""
    title, sentence = says(code.value, locale)
    for text in (title, sentence):
        assert text
        assert not re.search(r"[{}\ue000-\uf8ff]|  | \.|\.\.", text), text
        assert not re.search(FORBIDDEN[locale], text, re.IGNORECASE), text
        assert slips(text, locale) == []
    assert len(title) <= wording.TITLE_LIMITS[locale]
    assert sentence.endswith((".", ". »"))


def test_forbidden_words_are_seen():
    """R-12: the check can fail."""
    assert re.search(FORBIDDEN["en"], "The gap is due to pay")
    assert re.search(FORBIDDEN["fr-CA"], "grâce à la rencontre")
    assert not re.search(FORBIDDEN["en"], "Trust improved")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_files_themselves_hold_no_forbidden_word_and_no_bare_digit(locale):
    """R-12, R-52: every number comes through a slot."""
    for path in sorted((FOLDER / locale).glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(FORBIDDEN[locale], text, re.IGNORECASE), path.name
        assert not re.search(r"\d", re.sub(r"\{[{%].*?[%}]\}", "", text)), path.name


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("statistic", "scope"),
    [
        ("gap", "difference"),
        ("change", "company"),
        ("error", "sales_to_marketing"),
        ("perceived", "marketing_to_sales"),
    ],
)
def test_every_verdict_with_every_modifier_is_a_sentence(statistic, scope, locale):
    """S-30, S-31: grid over rows, modifiers and languages."""
    every = [tuple(str(m) for m in chosen) for r in range(3) for chosen in itertools.combinations(Modifier, r)]
    for figure in sayings.GAPS.values():
        assert isinstance(figure, ReleasedFigure)
        for modifiers in (*every, tuple(str(m) for m in Modifier)):
            text = verdict(figure.model_copy(update={"modifiers": modifiers}), statistic, scope, locale)
            assert text.endswith(".")
            assert not re.search(r"[{}\ue000-\uf8ff]|  | \.", text), text
            assert slips(text, locale) == []
            assert not re.search(FORBIDDEN[locale], text, re.IGNORECASE)


SPOKEN = {
    2: (
        "Clear and large gap: Sales scores it 24 points higher; the answers fit gaps from 12 to 36.",
        (
            "Écart net et important : 24 points de plus selon l’équipe des ventes; les réponses sont "
            "compatibles avec des écarts de 12 à 36."
        ),
    ),
    3: (
        (
            "Clear gap, size uncertain: Marketing scores it 3 to 21 points higher. The direction is settled;"
            " whether it matters is not."
        ),
        (
            "Écart net, ampleur incertaine : de 3 à 21 points de plus selon l’équipe du marketing. Le sens "
            "est établi, l’importance ne l’est pas."
        ),
    ),
    4: (
        (
            "Difference too small to act on: Sales scores it 1.7 to 8.3 higher (90% interval); the threshold"
            " for action is 10."
        ),
        (
            "Différence trop faible pour agir : de 1,7 à 8,3 de plus selon l’équipe des ventes (intervalle à"
            " 90 %); le seuil pour agir est de 10."
        ),
    ),
    5: (
        ("No meaningful gap: a finding. A gap of 10 or more does not fit these answers (−6 to 8, 90% interval)."),
        (
            "Aucun écart notable : un constat. Un écart de 10 ou plus est incompatible avec ces réponses (de"
            " −6 à 8, intervalle à 90 %)."
        ),
    ),
    6: (
        (
            "Possible gap: watch next wave. Among 3 comparisons such a gap can arise by chance (Sales scores"
            " it 0.6 to 23 higher)."
        ),
        (
            "Écart possible : à surveiller à la prochaine vague. Parmi 3 comparaisons, un tel écart peut "
            "survenir par hasard (de 0,6 à 23 de plus selon l’équipe des ventes)."
        ),
    ),
    7: (
        (
            "Cannot tell: nothing is ruled out between 9 higher for Marketing and 17 higher for Sales. "
            "Detecting a 10-point gap takes about 64 answers a side, more than these teams have."
        ),
        (
            "Impossible de trancher : rien n’est exclu entre 9 de plus selon l’équipe du marketing et 17 de "
            "plus selon l’équipe des ventes. Pour déceler un écart de 10 points, il faut environ 64 réponses"
            " par équipe, plus que ces équipes ne comptent de personnes."
        ),
    ),
}


def plain(text: str) -> str:
    """Return a text with no-break spaces as plain ones, to be compared by eye."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("row", sorted(SPOKEN))
def test_verdicts_say_what_the_page_of_verdicts_says(row):
    """S-30's texts, in both languages; rows 4 and 5 name the 90 percent interval."""
    for locale, text in zip(LOCALES, SPOKEN[row], strict=True):
        assert plain(verdict(sayings.GAPS[row], locale=locale)) == text


def test_answers_that_a_team_can_give_are_not_called_more_than_it_has():
    """S-47."""
    figure = sayings.compared(4, -9, 17, 7, need=12)
    assert "more than" not in verdict(figure)


def test_modifiers_stand_in_the_order_of_the_page_and_change_the_label():
    """S-31."""
    figure = sayings.GAPS[2].model_copy(
        update={"modifiers": ("exploratory", "indicative", "one_item", "not_clear", "of_those_who_answered")}
    )
    text = verdict(figure)
    assert text.startswith("Large gap (of those who answered, this rests on one item, indicative, exploratory): Sales")
    french = verdict(sayings.GAPS[3].model_copy(update={"modifiers": ("not_clear",)}), locale="fr-CA")
    assert french.startswith("Écart d’ampleur incertaine")


def test_two_camps_replace_the_mean():
    """S-31, S-41."""
    figure = sayings.GAPS[2].model_copy(update={"modifiers": ("two_camps",)})
    assert verdict(figure) == ("Clear and large gap: the average hides two camps, so that no single number is given.")


def test_what_is_withheld_or_not_estimable_says_only_that():
    """S-30 row 1, R-4; NotEstimable is row 7 with its reason."""
    assert verdict(WithheldFigure()) == "Not shown, to protect anonymity."
    assert verdict(WithheldFigure(), locale="fr-CA") == "Non affiché, pour protéger l’anonymat."
    assert verdict(NotEstimableFigure(reason="no_answers")) == "Cannot tell: nobody answered it."
    assert plain(verdict(NotEstimableFigure(reason="no_interval"), locale="fr-CA")).startswith(
        "Impossible de trancher :"
    )


def test_a_figure_that_compares_nothing_has_no_verdict():
    base = built.waves(1)[0]
    with pytest.raises(KeyError, match="not a comparison"):
        wording.verdict("standing.TRU.mean.sales", base, "TRU", "en")


def test_a_number_without_a_verdict_says_so():
    """A-12: a perceived gap of an item."""
    assert verdict(sayings.F4["perceived"], "perceived", "sales_to_marketing") == "41, without a verdict."


def test_a_change_is_called_a_change_whatever_the_waves_it_spans():
    """S-30, S-37: from the third wave on a change spans more than one wave, so its label does not say since when."""
    figure = sayings.compared(-12, -20, -4, 3)
    assert plain(verdict(figure, "change", "company")).startswith("Clear change, size uncertain: −20 to −4 points.")
    french = plain(verdict(figure, "change", "company", "fr-CA"))
    assert french.startswith("Variation nette, ampleur incertaine")


def test_an_error_names_who_expects_what_of_whom():
    """S-33: E < 0, expected lower than answered."""
    text = plain(verdict(sayings.F4["error"], "error", "marketing_to_sales"))
    assert text == (
        "Clear and large error of expectation: Marketing expects 38 points lower than Sales answered; the answers fit "
        "errors from 20 to 55."
    )
    french = plain(verdict(sayings.F4["error"], "error", "sales_to_marketing", "fr-CA"))
    assert "l’équipe des ventes prévoit 38 points de moins que ce qu’a répondu l’équipe du marketing" in french


@pytest.mark.parametrize("row", list(Verdict))
def test_every_row_has_a_label(row):
    """R-15 block 3: seven labels."""
    for locale in LOCALES:
        assert wording.verdict_label(int(row), locale)
    assert wording.verdict_label(1, "en") == "Not shown, to protect anonymity"


@pytest.mark.parametrize("label", list(Label))
def test_every_co_orientation_label_has_a_name(label):
    """I-20."""
    assert wording.label_name(str(label), False, "en")
    assert plain(wording.label_name(str(label), True, "fr-CA")).startswith("Probable : ")
    assert plain(wording.label_name("false_conflict", True, "fr-CA")) == "Probable : faux conflit"
    assert wording.label_name("dissensus", False, "en") == "open disagreement"


def test_co_orientation_is_said_as_the_oracle_says_it():
    """R-13, S-35: "Likely: false conflict", real gap 3, Sales expects 41, 38 of it in the expectation."""
    _, sentence = says("mirror.false_conflict", "en")
    assert "Likely: false conflict" in sentence
    assert "Real gap 3; Sales expects 41; 38 of it is in the expectation" in sentence
    assert "from −16 to 22" in plain(sentence)
    _, french = says("mirror.false_conflict", "fr-CA")
    assert "Probable : faux conflit" in plain(french)
    assert "l’équipe des ventes en prévoit 41, dont 38 tiennent à la prévision" in french


@pytest.mark.parametrize(
    ("gap", "perceived", "error", "text"),
    [
        (40, 10, 30, "Real gap 40; Sales expects 10; 30 of it is not expected"),
        (-3, 41, -44, "Real gap 3; Sales expects 41 the other way round, 44 away from the answer"),
    ],
)
def test_an_expectation_short_of_the_gap_or_the_other_way_is_said_so(gap, perceived, error, text):
    """R-13: "in the expectation" is said only of what the expectation adds."""
    figures = {
        "gap": sayings.compared(gap, gap - 9, gap + 9, 2),
        "perceived": ReleasedFigure(value=perceived, unit="points"),
        "error": sayings.compared(error, error - 9, error + 9, 2),
    }
    facts = sayings.saying(built.waves(1)[0], "mirror.false_consensus", subject="AL1", figures=figures)
    assert text in wording.sentence(facts, "said", "en")


@pytest.mark.parametrize(
    ("theta", "text"),
    [
        (62, "the one from Sales answers higher 62 times in 100 (likely 48 to 75), ties split."),
        (38, "the one from Marketing answers higher 62 times in 100 (likely 48 to 75), ties split."),
    ],
)
def test_superiority_is_said_for_the_side_that_is_ahead(theta, text):
    """S-30."""
    ends = (48, 75) if theta > 50 else (25, 52)
    figure = ReleasedFigure(value=theta, lo95=ends[0], hi95=ends[1], unit="times_in_100")
    base = built.waves(1)[0]
    assert wording.superiority(figure, base, "en") == f"Pick one person from each team at random: {text}"
    assert "62 fois sur 100 (plausible : de 48 à 75), égalités partagées." in plain(
        wording.superiority(figure, base, "fr-CA")
    )


def test_superiority_beyond_95_prints_as_more_than():
    """S-14."""
    base = built.waves(1)[0]
    low, high = (BandedFigure(code=code, unit="percent") for code in ("le5", "ge95"))
    assert "from Marketing answers higher more than 95 times in 100" in wording.superiority(low, base, "en")
    assert "l’équipe des ventes donne la réponse la plus élevée plus de 95 fois" in wording.superiority(
        high, base, "fr-CA"
    )
    assert wording.superiority(WithheldFigure(), base, "en") == "Not shown, to protect anonymity"
    assert wording.superiority(NotEstimableFigure(reason="too_few"), base, "en") == "Cannot tell"


@pytest.mark.parametrize(("locale", "words"), [("en", "more than 40 points"), ("fr-CA", "plus de 40 points")])
def test_a_tipping_point_over_forty_is_said_in_words(locale, words):
    """R-6: "> 40" in a table, "more than 40" in a sentence, never both."""
    over = {"d_star": BandedFigure(code="gt40", unit="points")}
    facts = sayings.saying(built.waves(1)[0], "participation.silent", figures=over)
    text = plain(wording.sentence(facts, "said", locale))
    assert words in text
    assert ">" not in text


def test_bands_are_joined_when_the_interval_straddles():
    """I-19."""
    assert wording.band(("watch", "sound"), "en") == "watch to sound"
    assert wording.band(("watch", "sound"), "fr-CA") == "à surveiller ou satisfaisant"
    assert wording.band(("strong",), "en", reversed_=True) == "strong, lower is better"


def test_how_we_will_know_is_said_in_one_or_two_sentences():
    """P-16: the second only where S-37 can judge."""
    found = built.waves(1)[0]
    slots = {"name": "ALN", "direction": "RISE", "d": "process.ALN.noticeable.change"}
    value = found.figures["process.ALN.noticeable.change"].value
    assert wording.know(slots, found, "en") == (
        f"Next wave: Alignment should rise. A change of about {value} points would be noticeable."
    )
    slots = {"name": "FRI", "direction": "FALL"}
    assert plain(wording.know(slots, found, "fr-CA")) == "À la prochaine vague : Friction devrait baisser."


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", [code for code in Code if code.value.startswith("headline.")])
def test_the_headline_is_one_short_sentence(code, locale):
    """R-9: at most 24 words in English, 30 in French, with the longest names and a half-silent side."""
    base = built.waves(1)[0]
    scales, topics = ("PUL", "ALN", "TRU", "FRI"), ("AL1", "AL3", "AL5")
    subjects = topics if "false" in code.value else scales
    for subject in subjects:
        facts = sayings.said(code.value, base)
        finding = facts.findings[0].model_copy(update={"subject": subject})
        figures = {
            id_: figure.model_copy(update={"modifiers": ("of_those_who_answered",)})
            if isinstance(figure, ReleasedFigure) and figure.verdict
            else figure
            for id_, figure in facts.figures.items()
        }
        facts = facts.model_copy(update={"findings": (finding,), "figures": figures})
        text = wording.sentence(facts, "said", locale)
        assert counted(text) <= WORDS_LIMIT[locale], text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", list(Code))
def test_titles_fit_with_the_longest_names(code, locale):
    """R-10, R-51: 75 characters in English, 90 in French."""
    shorts = {"en": ("Business development", "Product marketing"), "fr-CA": ("Développement des affaires", "Marketing")}
    base = built.waves(1)[0].model_copy(update={"client": built.client(shorts)})
    words = base.vocabulary[locale]
    about = {
        "process": words.plays,
        "options": {play: text for play, text in words.plays.items() if play.startswith("I")},
    }.get(code.value.partition(".")[0])
    if about is None:
        items = code.value.startswith(("items.", "mirror.", "headline.false"))
        about = words.items if items else words.scales
    for subject in about:
        if subject in words.items and subject[-1] in "ms":
            continue
        facts = sayings.said(code.value, base)
        finding = facts.findings[0].model_copy(update={"subject": subject})
        title = wording.title(facts.model_copy(update={"findings": (finding,)}), "said", locale)
        assert len(title) <= wording.TITLE_LIMITS[locale], title


def test_typed_names_are_never_changed_by_typography():
    """R-38: the filter runs on our own words."""
    typed = 'Sales "x" : y ; {{ 7 * 7 }}'
    base = built.waves(1)[0].model_copy(update={"client": built.client(dict.fromkeys(LOCALES, (typed, "M")))})
    facts = sayings.said("headline.gap", base)
    assert typed in wording.sentence(facts, "said", "en")


def test_every_small_word_has_its_french():
    """U-1."""
    catalogue = i18n.catalogue("fr-CA")
    for word in (*wording.LABELS.values(), *wording.BANDS.values(), *wording.MODIFIERS.values()):
        assert word in catalogue, word


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("sizes", "form"), [((34, 14), "core"), ((40, 33), "core"), ((8, 7), "core"), ((20, 12), "pulse")]
)
def test_whatever_the_answers_every_page_can_be_said(sizes, form, seed):
    """R-8 to R-12 on composed facts: titles fit, sentences are filled, no word is forbidden, budgets hold (R-15)."""
    means = {
        code: (1.5 + 0.7 * ((seed + place) % 5), 4.5 - 0.6 * ((seed * place) % 6))
        for place, code in enumerate(built.instrument().closed("core"))
    }
    invited = None if seed == 3 else (sizes[0] + 20 * seed, sizes[1] + 4)
    found = built.facts(built.table(sizes, invited=invited, form=form, means=means, seed=seed), form)
    budget = {"brief": 170, "participation": 90, "standing": 120, "gaps": 120, "mirror": 130, "change": 100}
    for locale in LOCALES:
        for block in found.blocks:
            if block.title is None:
                continue
            assert len(wording.title(found, block.title, locale)) <= wording.TITLE_LIMITS[locale]
            text = " ".join(wording.sentence(found, id_, locale) for id_ in (block.title, *block.findings))
            assert not re.search(FORBIDDEN[locale], text, re.IGNORECASE), text
            assert slips(text, locale) == []
            assert counted(text) <= budget.get(block.id, 90 if block.scale else 170), (block.id, counted(text), text)


def sayings_in(locale: str) -> str:
    """Return every finding's title and sentence, a code a paragraph."""
    lines = []
    for code in Code:
        if code is Code.CHANGE_NO_VERDICT:  # its reason is a word of tables, tested with them
            continue
        title, sentence = says(code.value, locale)
        lines.append(f"{code.value}\n{title}\n{sentence}\n")
    return plain("\n".join(lines))


@pytest.mark.parametrize("locale", LOCALES)
def test_what_people_read_is_golden_text(locale):
    """R-8: run this file as a program to write the golden texts again, and read the difference."""
    path = GOLDEN / f"wording.{locale}.txt"
    assert sayings_in(locale) == path.read_text(encoding="utf-8")


if __name__ == "__main__":
    for each in LOCALES:
        (GOLDEN / f"wording.{each}.txt").write_text(sayings_in(each), encoding="utf-8")
