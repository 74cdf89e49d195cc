"""One host for the whole session, and names of its own for every test."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

import pytest

from support.host import Host, alive, descendants
from support.names import Names
from support.world import World

COMMAND = ["npm", "run", "--silent", "local", "--", "up", "--port", "0", "--speed", "20"]


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    host = Host(COMMAND, "host.log")
    yield host
    started = descendants(host.process.pid)
    assert started, "the host runs below npm"
    assert host.stop() == 0, host.tail()
    assert alive(started) == [], "the host left processes behind"
    assert len(host.lines) == 1, host.lines


@pytest.fixture(scope="session")
def world(host: Host) -> World:
    return World(host.world)


@pytest.fixture
def names(request: pytest.FixtureRequest) -> Names:
    plain = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_").lower()).strip("-")
    # Short, so that a test can add to it and stay within the 40 letters of a promotion id.
    return Names(f"{plain[:20].strip('-')}-{zlib.crc32(request.node.nodeid.encode()):08x}")
