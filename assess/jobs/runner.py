"""The embedded runner: asks `surveys.lifecycle` what is due and calls `surveys` or `publish`. It holds no state.

Every step is fenced by the rows it changes, so running it twice, or killing it anywhere, is harmless (stack.md section
3). A step that fails is reported and tried again at the next round; it never stops the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog

from assess import publish
from assess.surveys import count, lifecycle, participation
from assess.surveys.lifecycle import Step, StepKind

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a due step: `error` is None when it was done (or had been done by somebody else)."""

    step: Step
    error: Exception | None = None


def due(services: publish.Services) -> list[Step]:
    """Return the steps that are due now, in order."""
    with services.sessions() as session:
        return lifecycle.due(session, services.clock)


def run(services: publish.Services) -> Iterator[Outcome]:
    """Run every due step until none is left; a failed step is not tried twice in one call."""
    failed: set[tuple[StepKind, bytes]] = set()
    while steps := [step for step in due(services) if (step.kind, step.wave_id) not in failed]:
        for step in steps:
            outcome = perform(services, step)
            if outcome.error is not None:
                failed.add((step.kind, step.wave_id))
            yield outcome


def perform(services: publish.Services, step: Step) -> Outcome:
    """Run one due step."""
    try:
        _ACTIONS[step.kind](services.at(step.wave_id), step.wave_id)
    except Exception as error:  # noqa: BLE001 - one wave's fault must not stop the others; it is logged and returned
        # Without a traceback: frames of the count would hold answers.
        log.error("step failed", step=step.kind.value, wave=step.wave_id.hex(), error=type(error).__name__)  # noqa: TRY400 - see above
        return Outcome(step=step, error=error)
    log.info("step done", step=step.kind.value, wave=step.wave_id.hex())
    return Outcome(step=step)


def render(services: publish.Services) -> Iterator[Exception | None]:
    """Render what released waves still lack; a failed render blocks nothing and is tried again (R-46)."""
    for wave_id, locale in publish.unrendered(services):
        try:
            publish.render_wave(services, wave_id, locale)
        except Exception as error:  # noqa: BLE001 - one report's fault must not stop the others; logged and returned
            # Without a traceback: its frames hold the report.
            log.error("render failed", wave=wave_id.hex(), locale=locale, error=type(error).__name__)  # noqa: TRY400
            yield error
        else:
            log.info("rendered", wave=wave_id.hex(), locale=locale)
            yield None


def _close(services: publish.Services, wave_id: bytes) -> None:
    with services.sessions.begin() as session:
        lifecycle.close(session, wave_id, services.clock)


def _count(services: publish.Services, wave_id: bytes) -> None:
    count.run(
        services.sessions,
        wave_id,
        keys=services.keys,
        clock=services.clock,
        instrument=publish.instrument_of(services, wave_id),
    )


def _release(services: publish.Services, wave_id: bytes) -> None:
    publish.release(services, wave_id)


def _sign_off(services: publish.Services, wave_id: bytes) -> None:
    with services.sessions.begin() as session:
        lifecycle.sign_off(session, wave_id, keys=services.keys, clock=services.clock)


def _purge(services: publish.Services, wave_id: bytes) -> None:
    with services.sessions.begin() as session:
        lifecycle.purge_roster(session, wave_id, services.clock)


def _forget(services: publish.Services, wave_id: bytes) -> None:
    with services.sessions.begin() as session:
        lifecycle.forget_prints(session, wave_id, services.clock)


def _measure(services: publish.Services, wave_id: bytes) -> None:
    with services.sessions.begin() as session:
        participation.measure(session, wave_id, services.clock)


_ACTIONS: dict[StepKind, Callable[[publish.Services, bytes], None]] = {
    StepKind.CLOSE: _close,
    StepKind.COUNT: _count,
    StepKind.RELEASE: _release,
    StepKind.SIGN_OFF: _sign_off,
    StepKind.PURGE: _purge,
    StepKind.FORGET: _forget,
    StepKind.MEASURE: _measure,
}
