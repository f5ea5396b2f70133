"""What every page has in common on which a share is typed: trying it, and telling and writing down a refusal (A-09).

Belongs here: one way to refuse. Does not: what the shares are for (`custody`, `comments`), the words of a refusal
(`surveys.unopened`).
"""

from __future__ import annotations

from collections.abc import Callable

from assess.publish import PublishError
from assess.surveys.audit import Event
from assess.surveys.count import CountStopped
from assess.surveys.custody import Misread
from assess.surveys.keys import KeyFolderError
from assess.surveys.states import WaveRefused
from assess.surveys.stops import RowUnopened
from assess.web.console.forms import ShareForm
from assess.web.console.request import locale, note_refused


def refusal(form: ShareForm, act: Callable[[], None], *, detail: str) -> list[str] | None:
    """Do what the shares open and return None, or why not; every refusal is logged, a mistyped field marked."""
    reasons: list[str] = []
    try:
        act()
    except Misread as misread:
        for paper, fault in misread.faults.items():
            form[paper.value].errors = [fault.say(locale())]
    except WaveRefused as told:
        reasons = told.say(locale())
    except KeyFolderError as error:
        reasons = [error.fault.say(locale())]
    except CountStopped as error:
        reasons = error.say(locale())
    except RowUnopened as error:
        reasons = [error.fault.say(locale())]
    except PublishError as error:
        reasons = [str(error)]
    else:
        return None
    note_refused(Event.SHARE_REFUSED, detail)
    return reasons
