"""What printed sums say of statements that are withheld: complementary suppression (A-13).

A scale's mean is the mean of its statements: times their number, less the statements that print, it leaves the sum of
those that do not. One withheld statement alone is therefore printed all the same, to a few points. The two means of the
mirror are such sums too: of what a side expects, and of what it answered.

Belongs here: how far such sums hold a withheld statement, and which more must be withheld so that none is held closely.
Does not: why a statement was withheld, which figures print it (gate).

References
----------
Cox, L. H. (1980). Suppression methodology and statistical disclosure control. JASA 75, 377-385,
doi:10.1080/01621459.1980.10477481.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from assess.disclosure.bounds import TOP, ContradictionError, Span, System, extremes, is_open

Reach = dict[str, Span]
"""Where the means of statements lie, POMP points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A printed mean of several statements of one side.

    Parameters
    ----------
    mean
        Where it lies by all that is printed of it, POMP points.
    items
        Its statements.
    reverse
        Those of them that it turns round: POMP(reverse) = 100 - POMP.
    """

    mean: Span
    items: tuple[str, ...]
    reverse: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is printed of one side: where the mean of each printed statement lies, and the sums over statements."""

    printed: Mapping[str, Span]
    sums: tuple[Sum, ...]


def reach(page: Page, gone: Collection[str] = ()) -> Reach:
    """Return where each statement lies that does not print, as far as the sums with printed statements tell.

    A linear programme: every mean in [0, 100], every printed one and every sum k·M within what is printed of it.
    Missing answers make a sum vaguer than this, never sharper, so a reader is taken to reckon as if everybody had
    answered everything; where numbers then contradict each other, the sums give way until they do not.

    Parameters
    ----------
    page
        What is printed.
    gone
        Statements that will not print although `page` has them.

    Returns
    -------
    dict of str to (float, float)
        A sum none of whose statements prints says of them what it says at five answers, and is left out.
    """
    (found,) = _reaches([(_eased(page), gone)])
    return found


def complements(pages: Sequence[Page]) -> frozenset[str]:
    """Return which printed statements must be withheld too, so that none that is not shown is held within 25 points.

    The sums themselves always stay.

    Parameters
    ----------
    pages
        One a side; a statement is withheld on all of them.

    Returns
    -------
    frozenset of str
        As few as a greedy choice finds, each the one that leaves most open.
    """
    pages = [_eased(page) for page in pages]
    gone: frozenset[str] = frozenset()
    while (close := _close(pages, gone)) is not None:
        gone |= {_widest(pages, gone, close)}
    return gone


def _close(pages: Sequence[Page], gone: frozenset[str]) -> str | None:
    """Return a statement that does not print and is held too closely."""
    found = _reaches([(page, gone) for page in pages])
    return next((item for each in found for item, span in each.items() if not is_open(span)), None)


def _widest(pages: Sequence[Page], gone: frozenset[str], close: str) -> str:
    """Return the printed statement that, once withheld, leaves most of `close` open on the side where least is.

    Where a statement is in two sums, the second holds it as long as the first alone is opened: then the one that leaves
    most open by single sums.
    """
    holding = [
        (
            page,
            tuple(each for each in page.sums if close in each.items and page.printed.keys() - gone & set(each.items)),
        )
        for page in pages
    ]
    beside = dict.fromkeys(item for _, sums in holding for each in sums for item in each.items)
    printed = [item for item in beside if item not in gone and any(item in page.printed for page in pages)]
    single = [replace(page, sums=(each,)) for page, sums in holding for each in sums]
    asked = [*pages, *single]
    found = _reaches([(page, gone | {item}) for item in printed for page in asked])
    widths = [high - low for low, high in (each.get(close, (0.0, TOP)) for each in found)]
    worth: dict[str, tuple[float, float]] = {}
    for place, item in enumerate(printed):
        own = widths[place * len(asked) : (place + 1) * len(asked)]
        worth[item] = min(own[: len(pages)]), sum(own[len(pages) :])
    return max(printed, key=worth.__getitem__)


def _reaches(asked: Sequence[tuple[Page, Collection[str]]]) -> list[Reach]:
    """Return the reach of every page without what is gone from it; one call of the solver."""
    telling = [_telling(page, gone) for page, gone in asked]
    silent = [
        [item for item in dict.fromkeys(item for each in page.sums for item in each.items) if item not in page.printed]
        for page in telling
    ]
    solved = iter(extremes([_system(page, items) for page, items in zip(telling, silent, strict=True) if items]))
    return [dict(zip(items, next(solved), strict=True)) if items else {} for items in silent]


def _telling(page: Page, gone: Collection[str]) -> Page:
    """Return a page without what is gone from it, and without sums of which no statement is left."""
    printed = {item: span for item, span in page.printed.items() if item not in gone}
    return Page(printed=printed, sums=tuple(each for each in page.sums if printed.keys() & set(each.items)))


def _system(page: Page, targets: Sequence[str]) -> System:
    places = {item: at for at, item in enumerate(dict.fromkeys(item for each in page.sums for item in each.items))}

    def weights(of: Mapping[str, float]) -> tuple[float, ...]:
        return tuple(of.get(item, 0.0) for item in places)

    rows = [(weights({item: 1.0}), span) for item, span in page.printed.items() if item in places]
    for each in page.sums:
        count, turned = len(each.items), TOP * len(each.reverse)
        signs = {item: -1.0 if item in each.reverse else 1.0 for item in each.items}
        rows.append((weights(signs), (count * each.mean[0] - turned, count * each.mean[1] - turned)))
    return System(unknowns=len(places), rows=tuple(rows), targets=tuple(weights({item: 1.0}) for item in targets))


def _eased(page: Page) -> Page:
    """Return the page with its sums given whole points, 1, 2, 4 and so on, until some answers give all it prints."""
    telling, points = _telling(page, ()), 1.0
    while telling.sums:
        try:
            extremes([_system(telling, telling.sums[0].items[:1])])
        except ContradictionError:
            sums = [replace(each, mean=(each.mean[0] - points, each.mean[1] + points)) for each in telling.sums]
            telling, points = replace(telling, sums=tuple(sums)), 2 * points
        else:
            break
    return telling
