"""Scan segments: more of them than items, none with an item, all items in one."""

from __future__ import annotations

from typing import Any

import pytest

from support import tables
from support.contract import counts
from support.names import Names
from support.world import World


def make(world: World, names: Names) -> dict[str, int]:
    """Tables whose items lie badly; answers how many each has."""
    tables.small_table(world, "dev", names.dev("few"), 5)
    tables.create(world, "dev", names.dev("empty"))
    tables.create(
        world,
        "dev",
        names.dev("crowded"),
        AttributeDefinitions=tables.attributes(id="S", number="N"),
        KeySchema=tables.key_schema("id", "number"),
    )
    one_key = [{"id": {"S": "the only one"}, "number": {"N": str(number)}, "text": {"S": "x" * 4000}} for number in range(700)]
    tables.fill(world, "dev", names.dev("crowded"), one_key)
    return {"few": 5, "empty": 0, "crowded": 700}


@pytest.mark.parametrize("segments", [64, 1, "auto"])
def test_copies_each_item_once_whatever_the_segments(world: World, names: Names, segments: Any) -> None:
    sizes = make(world, names)
    run = world.succeed(names.request(*sizes, dynamodb={"segments": segments}))
    total = sum(sizes.values())
    assert run.dynamodb["counts"] == counts(planned=3, created=3, verified=3)
    assert run.dynamodb["items"] == {
        "read": total, "written": total, "rejected": 0, "compared": total, "missing": 0, "extra": 0, "different": 0,
    }  # fmt: skip
    for name, size in sizes.items():
        copied = tables.scan(world, "prod", names.prod(name))
        assert len(copied) == size
        assert copied == tables.scan(world, "dev", names.dev(name))


def test_reads_every_segment_of_the_number_that_was_asked_for(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("few"), 5)
    world.succeed(names.request("few", dynamodb={"segments": 64}))
    frozen = world.json(f"promotions/{names.promotion}/dynamodb/import/segments.json")
    assert {entry["total"] for entry in frozen.values()} == {64}


def test_takes_another_number_of_segments_as_the_same_promotion(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("few"), 5)
    world.succeed(names.request("few", dynamodb={"segments": 3}))
    again = world.succeed(names.request("few", dynamodb={"segments": 17}))
    assert again.dynamodb["counts"] == counts(planned=1, unchanged=1, verified=1)
    assert again.writes("dynamodb") == []
