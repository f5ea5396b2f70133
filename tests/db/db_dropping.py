"""Drops a ballot for each code it reads, prints each receipt, until it is killed: ``python db_dropping.py FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from db_house import OPENS, House, instrument

from assess.surveys import box, db, keys


def main(folder: Path) -> None:
    engine = db.engine(f"sqlite:///{folder / 'assess.db'}")
    house = House(
        folder=folder,
        engine=engine,
        sessions=db.sessions(engine),
        keys=keys.FileKeys(folder / "keys"),
        clock=db.SetClock(OPENS),
        instrument=instrument(),
    )
    for line in sys.stdin:
        dropped = house.drop(line.strip(), {"A1": 3})
        assert isinstance(dropped, box.Receipt)
        print(line.strip(), dropped.receipt, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
