"""The only orchestrator of steps 2 to 10 (design.md section 2): from a counted wave, or a file, to a report.

Belongs here: the order of the steps and what passes from one to the next. Does not: any rule of them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from assess import __version__, resources
from assess.advice import load as plays
from assess.advice import match
from assess.advice.model import Advice, Playbook, Records
from assess.disclosure.gate import Decision
from assess.disclosure.policy import Policy
from assess.disclosure.registry import Registered, registered
from assess.disclosure.release import Released, Withheld
from assess.disclosure.release import release as disclose
from assess.disclosure.table import ResponseTable
from assess.instruments import hashes, words
from assess.instruments.load import shipped
from assess.instruments.model import LOCALES, Instrument
from assess.reports import compose, figures_csv, render, risk, risk_pages
from assess.reports import facts as record
from assess.reports import prepared as ready
from assess.reports.audited import History, Opened, audited, by_fives, history
from assess.reports.context import Context, WaveDays
from assess.reports.earlier import earlier_waves
from assess.reports.facts import Client, Facts, SideFacts
from assess.reports.render import Paper
from assess.scoring import estimate, resample
from assess.settings import DatabaseRole, Settings
from assess.surveys import (
    archive,
    clients,
    count,
    db,
    destruction,
    lifecycle,
    movement,
    places,
    prereg,
    promise,
    tenancy,
    waves,
)
from assess.surveys.keys import FileKeys, KeyStore
from assess.surveys.states import KeyMode, State
from assess.surveys.totals import CountRecord
from assess.surveys.waves import Wave

LETTER_COUNTRIES = frozenset({"CA", "US"})


class PublishError(RuntimeError):
    """A wave that cannot be published as asked; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a step needs from outside: the database, the keys, the time, the settings."""

    sessions: sessionmaker[Session]
    keys: KeyStore
    clock: db.Clock
    settings: Settings

    def at(self, wave_id: bytes) -> Services:
        """Return the services of a step, whose sessions see the client of its wave and no other (A-27)."""
        return replace(self, sessions=tenancy.of_wave(self.sessions, wave_id))

    def close(self) -> None:
        """Give every connection back."""
        self.sessions.kw["bind"].dispose()


def services(settings: Settings, *, clock: db.Clock | None = None) -> Services:
    """Return the real services of an installation; a demo or a test passes its own clock."""
    return Services(
        sessions=tenancy.guarded(db.engine(settings.url_of(DatabaseRole.COUNT)), tenancy.EVERYBODY),
        keys=FileKeys(settings.keys, settings.key_mirror),
        clock=clock or db.DatabaseClock(),
        settings=settings,
    )


def instrument_of(services: Services, wave_id: bytes) -> Instrument:
    """Return the instrument of a wave, at the version the wave was opened with."""
    services = services.at(wave_id)
    with services.sessions() as session:
        wave = _wave(session, wave_id)
    return _instrument(wave)


def release(services: Services, wave_id: bytes) -> Facts:
    """Do steps 3 to 9 for a counted wave: store its facts and mark it released, in one transaction.

    A wave that is released already gives its stored facts: nothing is computed twice. Nobody types a share at the
    minute of release, so the facts of a witnessed wave are those that `prepare` stored.
    """
    services = services.at(wave_id)
    with services.sessions() as session:
        wave = _wave(session, wave_id)
        stored = archive.load(session, wave)
        if wave.state in {State.RELEASED, State.SIGNED_OFF} and stored is not None:
            return record.read(stored)
        if KeyMode(wave.key_mode).witnessed:
            made = _prepared(session, wave, stored, services.clock.now(session))
    if not KeyMode(wave.key_mode).witnessed:
        made = _composed(services, wave_id, services.keys)
    with services.sessions.begin() as session:
        wave = _wave(session, wave_id)
        archive.store(session, wave, record.dump(made))
        archive.store_sheet(session, wave, risk.dump(_risk(services, session, wave, made)))
        if not lifecycle.mark_released(session, wave, services.clock):
            raise PublishError(f"{wave.label} is {wave.state}: only a counted wave can be released")
    return made


def _risk(services: Services, session: Session, wave: Wave, made: Facts) -> risk.Sheet:
    """Return the risk sheet of a wave that is being released (A-34)."""
    record_ = destruction.told(session, wave.wave_id)
    measured = resources.attacks()
    return risk.sheet(
        made,
        operator=wave.operator or services.settings.operator,
        contact=wave.contact,
        witness=wave.witness,
        device=_device(services.settings),
        mirror=services.settings.key_mirror is not None,
        destruction=None if record_ is None else record_[0],
        signature=None if record_ is None else record_[1],
        attacks=risk.read_attacks(None if measured is None else measured.read_bytes()),
    )


def _device(settings: Settings) -> risk.Device:
    """Return whether the key folder shares a device with the database (A-03): then one copy holds both."""
    file = db.database_file(settings.url)
    if file is None:
        return risk.Device.UNKNOWN
    return risk.Device.SAME if places.one_device(settings.keys, file) else risk.Device.APART


def count_wave(services: Services, wave_id: bytes, keys: KeyStore) -> CountRecord:
    """Count a witnessed wave with the keys that two shares opened, and prepare its report while they are there."""
    services = services.at(wave_id)
    counted = count.run(
        services.sessions, wave_id, keys=keys, clock=services.clock, instrument=instrument_of(services, wave_id)
    )
    prepare(services, wave_id, keys)
    return counted


def prepare(services: Services, wave_id: bytes, keys: KeyStore) -> Facts:
    """Do steps 3 to 8 for a counted wave whose K_stat two shares opened, and store the facts for its release."""
    services = services.at(wave_id)
    made = _composed(services, wave_id, keys)
    with services.sessions.begin() as session:
        archive.store(session, _wave(session, wave_id), record.dump(made))
    return made


def prepared(session: Session, wave: Wave) -> bool:
    """Return whether a witnessed wave can be released without a share."""
    return archive.load(session, wave) is not None


def _prepared(session: Session, wave: Wave, stored: bytes | None, now: datetime) -> Facts:
    """Return the facts that were prepared, with the day of their release and what the witness has confirmed since."""
    if stored is None:
        raise PublishError(
            f"{wave.label} has no prepared report: open its page in the console, choose to prepare the report, and "
            "type the passphrase or the code on the witness's sheet"
        )
    made = record.read(stored)
    before = tuple(record.read(data) for data in archive.earlier(session, wave))
    if ready.numbers(made) != [*map(ready.number, before), wave.number]:
        raise PublishError(
            f"another wave of this client was released after the report of {wave.label} was prepared: prepare it again"
        )
    day = _released_on(wave, now)
    return ready.dated(made, day=day, witness_half_destroyed=wave.witness_half_destroyed)


def _composed(services: Services, wave_id: bytes, keys: KeyStore) -> Facts:
    """Do steps 3 to 8 for a counted wave."""
    with services.sessions() as session:
        wave = _wave(session, wave_id)
        instrument = _instrument(wave)
        table = count.table(session, wave, keys=keys, instrument=instrument)
        totals = count.record(session, wave_id)
        earlier = tuple(record.read(data) for data in archive.earlier(session, wave))
        held = _history(session, wave, earlier, registered(instrument, wave.form))
        client = clients.find(session, wave.client_id)
        registered_still = prereg.holds(session, wave, instrument)
        now = services.clock.now(session)
    if totals is None or client is None or wave.prereg is None:
        raise PublishError(f"{wave.label} has no finished count to publish")
    if not registered_still:
        raise PublishError(
            f"{wave.label} is not the wave that was registered at its opening: what would be computed now has another "
            "fingerprint. Nothing was published. Restore instrument and wave from the backup of that day"
        )
    floors = waves.policy(wave)
    context = Context(
        instrument=instrument,
        form=wave.form,
        client=Client(name=client.name, sides=_sides(instrument), zone=client.zone, country=client.country),
        wave=WaveDays(
            number=wave.number,
            label=wave.label,
            opened_on=_local_day(wave.opens_at, wave),
            closed_on=_local_day(wave.closes_at, wave),
            released_on=_released_on(wave, now),
        ),
        policy=floors,
        key_mode=wave.key_mode,
        witness_half_destroyed=wave.witness_half_destroyed,
        operator=wave.operator or services.settings.operator,
        promise={locale: tuple(promise.sentences(wave.key_mode, locale, floors, wave.witness)) for locale in LOCALES},
        promise_sha256=wave.promise_sha256 or "",
        prereg=wave.prereg,
        release_sha256="",
        box={
            "invited": totals.invited,
            "used": totals.used,
            "replaced": totals.replaced,
            "spoiled": totals.spoiled,
            "counted": totals.counted,
        },
        merkle_root=totals.root,
        seed=_seed(wave.prereg, "plays"),
        versions=_versions(),
        paper=paper_of(client.country),
        playbook=plays.shipped(wave.instrument),
        earlier=earlier,
    )
    return audited_facts(table, context, _records(instrument, table.invited), held)


def score_table(
    table: ResponseTable,
    *,
    instrument: Instrument,
    form: str,
    side_names: tuple[str, ...] | None,
    name: str,
    options: Sequence[str],
    day: date | None,
    paper: Paper,
    playbook: Playbook | None,
) -> Facts | None:
    """Do steps 3 to 8 for a table from a file (U-120); None when a side is under the floor: nothing to write."""
    fingerprint = hashlib.sha256(
        "\0".join((*options, hashes.instrument_sha256(instrument), hashes.form_hash(instrument.forms[form]))).encode()
    ).hexdigest()
    context = Context(
        instrument=instrument,
        form=form,
        client=Client(name=name, sides=_sides(instrument, side_names), zone="UTC", country=""),
        wave=WaveDays(number=1, label=name, released_on=day),
        source="file",
        policy=Policy(),
        key_mode="",
        operator="",
        prereg=fingerprint,
        release_sha256="",
        seed=_seed(fingerprint, "plays"),
        versions=_versions(),
        paper=paper,
        playbook=playbook,
    )
    if isinstance(_disclosed(table, context, Decision()), Withheld):
        return None
    return audited_facts(table, context, _records(instrument, table.invited), History())


def render_wave(services: Services, wave_id: bytes, locale: str) -> Path:
    """Render one language of a released wave's report, with its record and figures beside it; return the PDF."""
    services = services.at(wave_id)
    with services.sessions() as session:
        wave = _wave(session, wave_id)
        data, sheet = archive.load(session, wave), archive.sheet(session, wave)
    if data is None or wave.state not in {State.RELEASED, State.SIGNED_OFF}:
        raise PublishError(f"{wave.label} is not released: there is no report to render")
    folder = wave_folder(services, wave_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sheet is not None:
        write_whole(folder / "risk.json", sheet)
        write_whole(
            folder / f"risk.{locale}.pdf", risk_pages.pdf(sheet, locale, paper_of(record.read(data).client.country))
        )
    write_whole(folder / "report.json", data)
    write_whole(folder / "figures.csv", figures_csv.table(record.read(data)))
    target = folder / f"report.{locale}.pdf"
    write_whole(target, render.pdf(data, locale, paper_of(record.read(data).client.country)))
    return target


def unrendered(services: Services) -> list[tuple[bytes, str]]:
    """Return the released waves and languages whose PDF is not there yet (R-46: a failed render is tried again)."""
    with services.sessions() as session:
        released = [
            wave.wave_id
            for client in clients.listed(session)
            for wave in waves.of_client(session, client)
            if wave.state in {State.RELEASED, State.SIGNED_OFF}
        ]
    return [
        (wave_id, locale)
        for wave_id in released
        for locale in LOCALES
        if not (wave_folder(services, wave_id) / f"report.{locale}.pdf").exists()
    ]


def wave_folder(services: Services, wave_id: bytes) -> Path:
    """Return the folder of a wave's rendered files: a cache, the archive holds the record."""
    return services.settings.reports / wave_id.hex()


def write_outputs(made: Facts, out: Path, *, locales: Sequence[str], paper: Paper) -> None:
    """Write report.json, figures.csv and a PDF a language; everything is made before anything is written."""
    data = record.dump(made)
    files = {"report.json": data, "figures.csv": figures_csv.table(made)}
    for locale in locales:
        name = "report.pdf" if len(locales) == 1 else f"report.{locale}.pdf"
        files[name] = render.pdf(data, locale, paper)
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_whole(out / name, content)


def _history(session: Session, wave: Wave, earlier: Sequence[Facts], shells: tuple[Registered, ...]) -> History:
    """Return what the client's earlier waves printed, and who came and went between all that were ever opened."""
    printed = {str(facts.provenance["prereg"]): facts for facts in earlier}
    opened = [each for each in waves.before(session, wave) if each.prereg is not None]
    return history(
        [
            Opened(number=each.number, facts=printed.get(each.prereg or ""), movement=movement.of(session, each))
            for each in opened
        ],
        shells,
        movement=movement.of(session, wave),
    )


def _disclosed(table: ResponseTable, context: Context, decided: Decision) -> Released | Withheld:
    shells = registered(context.instrument, context.form)
    return disclose(table, context.policy, shells, decided.withhold, decided.coarsen)


def audited_facts(table: ResponseTable, context: Context, records: Records, held: History) -> Facts:
    """Do steps 3 to 8, and 5a to 7 again until the gate withholds nothing more: what it has decided only grows."""
    decided = Decision()
    while True:
        released = _disclosed(table, context, decided)
        made = _drafted(released, context, records, decided)
        grown = decided if isinstance(released, Withheld) else audited(made, released, context, held, decided)
        if grown == decided:
            return made
        decided = grown


def _drafted(released: Released | Withheld, context: Context, records: Records, decided: Decision) -> Facts:
    """Do steps 4 to 8. A withheld wave has no estimates and no advice: its report is about participation."""
    context = replace(context, release_sha256=_release_hash(context.prereg, released), by_fives=by_fives(decided))
    if isinstance(released, Withheld):
        return compose.facts(None, None, context=context)
    found = estimate.estimates(
        released,
        context.instrument,
        context.form,
        number=context.wave.number,
        scale_hashes=context.scale_hashes(),
        earlier=earlier_waves(context.earlier),
    )
    return compose.facts(found, _advice(released, context, records), context=context)


def _advice(released: Released, context: Context, records: Records) -> Advice | None:
    if context.playbook is None:
        return None
    generator = np.random.Generator(np.random.PCG64(_seed(context.prereg, "plays")))
    columns = resample.columns(released, context.instrument, context.form, generator)
    return match.recommend(columns, context.playbook, records)


def _seed(prereg: str, purpose: str) -> int:
    """Return the first 8 bytes of SHA-256(prereg + purpose), never of answers (R-7)."""
    return int.from_bytes(hashlib.sha256((prereg + purpose).encode()).digest()[:8], "big")


def _release_hash(prereg: str, released: Released | Withheld) -> str:
    """Return the hash of what disclosure control let through: ids and precision classes, never a number."""
    match released:
        case Withheld():
            passed: list[list[str]] = []
        case Released():
            passed = [[subject.registered.id, subject.precision.value] for subject in released.subjects]
    return hashlib.sha256(record.canonical({"prereg": prereg, "passed": passed})).hexdigest()


def _sides(instrument: Instrument, names: Sequence[str] | None = None) -> tuple[SideFacts, ...]:
    """Return the sides with their words; `names` are the values of a file's side column, which name them instead."""
    labels = {locale: words.side_labels(instrument, locale) for locale in LOCALES}
    return tuple(
        SideFacts(
            code=side.code,
            letter=side.letter,
            label={locale: names[i] if names else labels[locale][side.code].label for locale in LOCALES},
            short={locale: names[i] if names else labels[locale][side.code].short for locale in LOCALES},
        )
        for i, side in enumerate(instrument.sides)
    )


def _records(instrument: Instrument, invited: Mapping[str, int] | None) -> Records:
    """Return what is on record: head counts alone, until the incentive map and commitments have their pages."""
    return Records(roster={side.letter: invited[side.code] for side in instrument.sides} if invited else {})


def _versions() -> dict[str, str]:
    return {
        "assess": __version__,
        "numpy": metadata.version("numpy"),
        "scipy": metadata.version("scipy"),
        "facts": record.FACTS_VERSION,
    }


def _wave(session: Session, wave_id: bytes) -> Wave:
    wave = waves.find(session, wave_id)
    if wave is None:
        raise PublishError("this wave does not exist, or was deleted")
    return wave


def _instrument(wave: Wave) -> Instrument:
    instrument = shipped(wave.instrument)
    if instrument.version != wave.instrument_version:
        raise PublishError(
            f"{wave.label} was opened with {wave.instrument} {wave.instrument_version}, but this version of assess "
            f"ships {instrument.version}; publish it with the version of assess that opened it"
        )
    return instrument


def paper_of(country: str) -> Paper:
    """Return the paper of a client's country: Letter in Canada and the United States, else A4 (R-39)."""
    return "letter" if country in LETTER_COUNTRIES else "a4"


def _released_on(wave: Wave, now: datetime) -> date:
    """Return the day of a release that happens now, or at its minute if that is still to come."""
    return _local_day(now if wave.release_at is None else max(now, wave.release_at), wave)


def _local_day(moment: datetime, wave: Wave) -> date:
    return moment.astimezone(ZoneInfo(wave.zone)).date()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, whoever else writes it at the same time (two languages share two files)."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
