"""The planted weakness beside `db_killed_counts`: a count that forgets which stage it had reached.

Belongs here: the weakness. Does not: the kills, which are those of the count's own test.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from db_killed_counts import main

from assess.surveys import count
from assess.surveys.tables import CountRow

seal = count._seal


def seal_again(counting: Any) -> bool:
    """Begin the stage anew whenever the process starts anew."""
    with counting.sessions.begin() as session:
        row = session.get_one(CountRow, counting.wave_id)
        if row.stage == count.Stage.SEALED:
            row.stage = count.Stage.FROZEN.value
    return seal(counting)


if __name__ == "__main__":
    count._STAGES[count.Stage.SEALED] = seal_again
    main(Path(sys.argv[1]), sys.argv[2], bytes.fromhex(sys.argv[3]), sys.argv[4])
