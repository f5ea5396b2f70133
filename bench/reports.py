"""The demo as a whole, one report by itself, and what a web process imports at start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.row import Row

ASSESS = [sys.executable, "-m", "assess"]
NEVER_AT_START = ("scipy.stats", "weasyprint")
EVERY = 0.02
"""Seconds between two looks at a running command."""


def _run(command: list[str], home: Path) -> tuple[float, float]:
    """Return wall seconds of a command, and the peak resident MB of the largest process of it."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, "ASSESS_HOME": str(home)}, stdout=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _peak(process.pid))
        time.sleep(EVERY)
    seconds = time.perf_counter() - begin
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed with status {process.returncode}")
    return seconds, peak


def _peak(process: int) -> float:
    """Return the highest resident MB so far of a process, or of a child of it.

    Not ru_maxrss: Linux starts that at the peak of the process which started this one.
    """
    proc = Path(f"/proc/{process}")
    try:
        status = (proc / "status").read_text(encoding="ascii")
        children = (proc / "task" / proc.name / "children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return 0.0
    own = [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")]
    return max([0.0, *own, *map(_peak, map(int, children))])


def demo_and_report() -> list[Row]:
    """Time the demo, then one of its reports alone."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        demo, _ = _run([*ASSESS, "demo", "--no-serve"], home)
        facts = home / "demo" / "report.json"
        out = home / "bench.pdf"
        report, memory = _run([*ASSESS, "report", "render", str(facts), "--out", str(out)], home)
        size = out.stat().st_size / 1024
    return [
        Row(work="demo, three waves, reports in two languages", measured=demo, bar=90, unit="s"),
        Row(work="one report", measured=report, bar=6, unit="s"),
        Row(work="one report, peak memory of a process", measured=memory, bar=200, unit="MB"),
        Row(work="one report, size", measured=size, bar=400, unit="KB"),
    ]


def imports_at_start() -> list[Row]:
    """List what a web process imports at start."""
    program = (
        "import json, sys, tempfile, pathlib\n"
        "from assess import app\nfrom assess.settings import Settings\n"
        "app.create_app(Settings(home=pathlib.Path(tempfile.mkdtemp())))\n"
        f"print(json.dumps([m for m in {NEVER_AT_START!r} if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    return [
        Row(
            work="scipy.stats, weasyprint imported by a web process at start",
            measured=len(json.loads(done.stdout.splitlines()[-1])),
            bar=0,
            unit="",
        )
    ]


MEASURES = (demo_and_report, imports_at_start)
