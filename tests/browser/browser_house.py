"""A wave behind a real server on a port of this machine: what the browser tests share."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

# The wave is built as in the unit tests of the respondent application.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "web" / "respond"))

from respond_house import House, opened, prepare

__all__ = ["CHROMIUM", "Served", "prepare", "serving"]

CHROMIUM = "/usr/bin/chromium"


class Silent(WSGIRequestHandler):
    """No access log: werkzeug's would hold addresses."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A wave and the address of its first page."""

    house: House
    address: str


@contextmanager
def serving(prepared: Path, folder: Path) -> Iterator[Served]:
    """Serve a copy of a prepared wave until the block ends."""
    with opened(prepared, folder) as house:
        server = make_server("127.0.0.1", 0, house.app, threaded=True, request_handler=Silent)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Served(house=house, address=f"http://127.0.0.1:{server.port}/w/")
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
