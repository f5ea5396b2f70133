"""A server that does nothing but answer: what the load client can do at most, ``python -m bench.idle``.

Belongs here: that. Does not: any server that is measured. It prints its port and runs until it is stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

BODY = b"x" * 16_384
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY


@contextmanager
def served() -> Iterator[int]:
    """Serve in a process of its own; yield the port."""
    process = subprocess.Popen([sys.executable, "-m", "bench.idle"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=60)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            _, _, rest = head.partition(b"\r\ncontent-length: ")
            await reader.readexactly(int(rest.split(b"\r\n", 1)[0] or 0))
            writer.write(ANSWER)
    writer.close()


async def _run() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_run())
