"""Where the files that are not Python live: the packaged copy inside the wheel, or the repository's folders.

Only folders are named here; what is in them is read by the rooms that own it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = _PACKAGE / "_shipped"


def folder(name: str) -> Path:
    """Return the folder ``templates``, ``translations`` or ``instruments``: the wheel's copy if there is one."""
    shipped = _SHIPPED / name
    found = shipped if shipped.is_dir() else _PACKAGE.parent / name
    if not found.is_dir():
        raise FileNotFoundError(f"assess is installed without its {name}/ folder: {found}")
    return found


def templates() -> Path:
    """Return the folder of all Jinja templates, CSS, scripts and report fonts."""
    return folder("templates")


def translations() -> Path:
    """Return the folder of catalogues (sources are English)."""
    return folder("translations")


def attacks() -> Path | None:
    """Return the figures of the attacks that came with this version, None where none were kept."""
    for place in (_SHIPPED / "attacks.json", _PACKAGE.parent / "docs" / "attacks.json"):
        if place.is_file():
            return place
    return None


def instruments() -> Path:
    """Return the folder of shipped instruments."""
    return folder("instruments")
