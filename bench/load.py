"""The client of the load measurements, a process of its own: ``python -m bench.load`` reads a `Job`.

Belongs here: sending prepared requests over HTTP and timing the answers. Does not: any server, or what is asked of it.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, and the status that means that it was answered."""

    method: str
    path: str
    body: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Visits, each a row of requests. `rate`: visits begun a second whatever comes back; None: as fast as they end."""

    port: int
    visits: Sequence[Sequence[Ask]]
    connections: int
    rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Seconds of the whole job, milliseconds of every visit from when it was due, and how many went wrong."""

    seconds: float
    milliseconds: Sequence[float]
    errors: int

    def at(self, share: float) -> float:
        """Return the milliseconds under which a share of the visits stayed."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def rate(self) -> float:
        """Return visits a second that went well."""
        return (len(self.milliseconds) - self.errors) / self.seconds


def run(job: Job) -> Outcome:
    """Run a job in a process of its own and return what came of it."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(asdict(job)), capture_output=True, text=True, check=True
    )
    return Outcome(**json.loads(done.stdout))


class Line:
    """One connection that is kept open, and opened again when the server ends it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, data: bytes) -> int:
        """Return the status of the answer, read whole; a connection that was closed meanwhile is opened once more."""
        for last in (False, True):
            try:
                return await self._ask(data)
            except (OSError, asyncio.IncompleteReadError):
                self.close()
                if last:
                    return 0
        return 0

    async def _ask(self, data: bytes) -> int:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        reader, writer = self.streams
        writer.write(data)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"\r\ntransfer-encoding: chunked" in head:
            await reader.readuntil(b"0\r\n\r\n")
        else:
            _, _, rest = head.partition(b"\r\ncontent-length: ")
            await reader.readexactly(int(rest.split(b"\r\n", 1)[0] or 0))
        if b"\r\nconnection: close" in head:
            self.close()
        return int(head[9:12])

    def close(self) -> None:
        """Close the connection."""
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


async def _run(port: int, visits: list[list[tuple[bytes, int]]], connections: int, rate: float | None) -> Outcome:
    lines: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(connections):
        lines.put_nowait(Line(port))
    took: list[float] = []
    errors = 0
    begin = time.perf_counter()

    async def visit(asks: list[tuple[bytes, int]], due: float) -> None:
        nonlocal errors
        line = await lines.get()
        fine = all([await line.ask(data) == status for data, status in asks])
        lines.put_nowait(line)
        took.append((time.perf_counter() - due) * 1e3)
        errors += not fine

    if rate is None:
        waiting = iter(visits)

        async def worker() -> None:
            for asks in waiting:
                await visit(asks, time.perf_counter())

        await asyncio.gather(*(worker() for _ in range(connections)))
    else:
        running = []
        for number, asks in enumerate(visits):
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            running.append(asyncio.create_task(visit(asks, due)))
        await asyncio.gather(*running)
    return Outcome(seconds=time.perf_counter() - begin, milliseconds=took, errors=errors)


def _bytes(ask: dict[str, str]) -> bytes:
    body = ask["body"].encode()
    head = [f"{ask['method']} {ask['path']} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: en"]
    if ask["method"] == "POST":
        head += [f"Content-Type: {FORM}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


def main() -> None:
    """Read a job from the input, run it, write its outcome."""
    job = json.load(sys.stdin)
    visits = [[(_bytes(ask), int(ask["status"])) for ask in asks] for asks in job["visits"]]
    outcome = asyncio.run(_run(job["port"], visits, job["connections"], job["rate"]))
    json.dump(asdict(outcome), sys.stdout)


if __name__ == "__main__":
    main()
