"""The audit log: acts of staff, never a code, a receipt, an address or an answer (U-101).

Belongs here: writing a line. Does not: what staff may do.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from assess.surveys.db import DatabaseClock
from assess.surveys.tables import AuditRow


def record(session: Session, actor: str, event: str, detail: str = "") -> None:
    """Write down that `actor` did `event`, in the transaction of the act itself."""
    session.add(AuditRow(at=DatabaseClock().now(session), actor=actor, event=event, detail=detail))
    session.flush()
