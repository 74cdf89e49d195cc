"""Two writers at once, another input under a used name, and a run that is stopped and started again."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from support import tables
from support.contract import counts
from support.names import Names
from support.world import World

ITEMS = 6000


def long_table(world: World, names: Names) -> list[dict[str, Any]]:
    """A table that takes some seconds to copy."""
    tables.create(world, "dev", names.dev("long"))
    items = [{"id": {"S": f"item {number:06}"}, "text": {"S": "x" * 300}} for number in range(ITEMS)]
    tables.fill(world, "dev", names.dev("long"), items)
    return items


def wait_for_copy(world: World, execution: str, name: str) -> None:
    """Waits until the first items are at the destination."""
    prod = world.client("dynamodb", "prod")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status = world.client("stepfunctions", "tooling").describe_execution(executionArn=execution)["status"]
        assert status == "RUNNING", f"the run ended ({status}) before its copy was seen"
        try:
            if prod.scan(TableName=name, Limit=1, Select="COUNT")["Count"]:
                return
        except prod.exceptions.ResourceNotFoundException:
            pass  # It is not made yet.
        time.sleep(0.02)
    raise AssertionError(f"no item reached {name} within a minute")


def test_lets_one_of_two_promotions_to_a_destination_run(world: World, names: Names) -> None:
    items = long_table(world, names)
    first = world.start(names.request("long"))
    wait_for_copy(world, first, names.prod("long"))
    other = {**names.request("long", dynamodb={"tables": [{"name": names.dev("long"), "as": names.prod("late")}]})}
    second = world.fail({**other, "promotionId": f"{names.promotion}-2"}, "Promotion.Conflict")
    assert first in second.message, "it says which execution holds the destination"
    assert second.result["outcome"] == "failed"
    assert not tables.exists(world, "prod", names.prod("late"))
    assert world.ended(first).status == "SUCCEEDED"
    tables.assert_holds(world, "prod", names.prod("long"), items)


def test_lets_one_of_two_promotions_started_together_run(world: World, names: Names) -> None:
    for table in ("one", "two"):
        tables.small_table(world, "dev", names.dev(table), 50)
    started = [
        world.start({**names.request(table), "promotionId": f"{names.promotion}-{table}"}) for table in ("one", "two")
    ]
    ended = [world.ended(execution) for execution in started]
    assert sorted(run.status for run in ended) == ["FAILED", "SUCCEEDED"]
    [refused] = [run for run in ended if run.status == "FAILED"]
    assert refused.error == "Promotion.Conflict"
    [winner] = [table for table, run in zip(("one", "two"), ended, strict=True) if run.status == "SUCCEEDED"]
    assert [tables.exists(world, "prod", names.prod(table)) for table in ("one", "two")] == [
        table == winner for table in ("one", "two")
    ]


def test_lets_one_of_two_runs_of_the_same_promotion_run(world: World, names: Names) -> None:
    items = tables.small_table(world, "dev", names.dev("orders"), 50)
    ended = [world.ended(execution) for execution in [world.start(names.request("orders")) for _ in range(2)]]
    assert sorted(run.status for run in ended) == ["FAILED", "SUCCEEDED"]
    [refused] = [run for run in ended if run.status == "FAILED"]
    assert refused.error == "Promotion.Conflict"
    assert refused.result["promotionId"] == names.promotion, "the cause is the same object as an output"
    tables.assert_holds(world, "prod", names.prod("orders"), items)


def test_lets_promotions_to_different_destinations_run_together(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"), 50)
    started = [
        world.start({**names.request("orders", destination=destination), "promotionId": f"{names.promotion}-{destination}"})
        for destination in ("prod", "staging")
    ]
    ended = [world.ended(execution) for execution in started]
    assert [(run.status, run.error, run.message) for run in ended] == [("SUCCEEDED", None, "")] * 2


def test_refuses_another_input_under_a_promotion_that_changed_something(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    tables.small_table(world, "dev", names.dev("users"))
    world.succeed(names.request("orders"))
    before = world.text(f"promotions/{names.promotion}/request.json")
    for other in (
        names.request("orders", "users"),
        names.request("orders", dynamodb={"existing": "merge"}),
        names.request("orders", destination="staging"),
        names.request("orders", dynamodb={"rename": {"prefix": {"from": "DEV-", "to": "TEST-"}}}),
    ):
        run = world.fail(other, "Promotion.Conflict")
        assert run.writes() == []
        assert names.promotion in run.message
        assert world.text(f"promotions/{names.promotion}/request.json") == before


def test_takes_another_input_as_long_as_nothing_was_changed(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    tables.small_table(world, "dev", names.dev("users"))
    world.succeed(names.request("orders", mode="plan"))
    run = world.succeed(names.request("orders", "users"))
    assert run.dynamodb["counts"] == counts(planned=2, created=2, verified=2)


def test_takes_an_input_with_its_defaults_written_out_as_the_same(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    world.succeed(names.request("orders"))
    spelt = names.request("orders", approval="none", onFailure="keep", dynamodb={"existing": "fail", "verify": "full"})
    assert world.succeed(spelt).dynamodb["counts"] == counts(planned=1, unchanged=1, verified=1)


def test_continues_after_it_was_stopped_in_the_middle_of_a_copy(world: World, names: Names) -> None:
    items = long_table(world, names)
    states = world.client("stepfunctions", "tooling")
    first = world.start(names.request("long"), name=f"{names.promotion}-a")
    wait_for_copy(world, first, names.prod("long"))
    states.stop_execution(executionArn=first, error="Stopped", cause="the test stops it")
    described = world.wait(first)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Stopped", "the test stops it")
    assert 0 < tables.count(world, "prod", names.prod("long")) < ITEMS, "it was in the middle of the copy"

    deadline = time.monotonic() + 60
    while True:
        run = world.run(names.request("long"), name=f"{names.promotion}-b-{time.monotonic_ns()}")
        # The child that was stopped with its parent may still be ending.
        if run.error != "Promotion.Conflict" or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    assert run.status == "SUCCEEDED", json.dumps(run.result, indent=2)
    assert run.dynamodb["counts"] == counts(planned=1, created=1, verified=1)
    found = run.dynamodb["items"]
    assert found["compared"] == ITEMS
    assert (found["missing"], found["extra"], found["different"], found["rejected"]) == (0, 0, 0, 0)
    assert found["read"] >= ITEMS and found["written"] >= ITEMS
    tables.assert_holds(world, "prod", names.prod("long"), items)


def test_names_a_promotion_after_its_execution(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    request = names.request("orders")
    del request["promotionId"]
    assert world.succeed(request, name=names.promotion).result["promotionId"] == names.promotion

    long = "nightly.export.of.all.tables.to.production.2026-11-21"
    made = world.succeed({**request, "mode": "export"}, name=long).result["promotionId"]
    legal = "".join(letter for letter in long if letter.isalnum() or letter in "-_")[:31]
    assert made == f"{legal}-{hashlib.sha256(long.encode()).hexdigest()[:8]}"
