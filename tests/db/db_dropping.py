"""Drops a ballot for each code it reads and prints its receipt, until killed: ``python db_dropping.py FOLDER URL``."""

from __future__ import annotations

import sys
from pathlib import Path

from db_house import house

from assess.surveys import box


def main(folder: Path, url: str) -> None:
    made = house(folder, url)
    for line in sys.stdin:
        dropped = made.drop(line.strip(), {"A1": 3})
        assert isinstance(dropped, box.Receipt)
        print(line.strip(), dropped.receipt, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
