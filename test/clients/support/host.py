"""Starts and stops the local host the way a user does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOGS = ROOT / ".local" / "clients"
START_SECONDS = 120
STOP_SECONDS = 30


class Host:
    """A running host: the world that it printed, its process and the log of its stderr."""

    def __init__(self, command: list[str], log: str) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log = LOGS / log
        self._stderr = self.log.open("wb")
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=self._stderr)
        self.lines: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(START_SECONDS) or not self.lines:
            self.process.kill()
            raise AssertionError(f"{command} was not ready within {START_SECONDS} s:\n{self.tail()}")
        self.world: dict = json.loads(self.lines[0])

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.decode())
            self._ready.set()
        self._ready.set()

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def stop(self) -> int:
        """Sends SIGTERM, answers the exit status. What the host printed meanwhile is in `lines` afterwards."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(STOP_SECONDS)
        self._reader.join(STOP_SECONDS)
        self._stderr.close()
        return status


def descendants(pid: int) -> list[int]:
    """Process ids of all children and children's children that live now."""
    parents: dict[int, list[int]] = {}
    for line in subprocess.check_output(["ps", "-A", "-o", "pid=,ppid="], text=True).splitlines():
        child, parent = map(int, line.split())
        parents.setdefault(parent, []).append(child)
    found, left = [], [pid]
    while left:
        children = parents.get(left.pop(), [])
        found += children
        left += children
    return found


def alive(pids: list[int], seconds: float = 5) -> list[int]:
    """Which of the processes still live after at most `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        left = [pid for pid in pids if _lives(pid)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.1)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return not state.strip().startswith("Z") and state.strip() != ""
