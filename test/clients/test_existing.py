"""What happens to a table that is there already: fail, adopt, merge."""

from __future__ import annotations

from typing import Any

import pytest

from support import tables
from support.contract import counts
from support.names import Names
from support.world import World


def plan_of(world: World, names: Names) -> dict[str, Any]:
    [asset] = world.json(f"promotions/{names.promotion}/dynamodb/plan/plan.json")["assets"]
    return asset


def test_fails_for_a_table_that_exists_and_changes_nothing(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"), 5)
    tables.small_table(world, "dev", names.dev("users"), 5)
    there = tables.small_table(world, "prod", names.prod("orders"), 1)
    run = world.fail(names.request("orders", "users"), "Promotion.Conflict")
    assert run.writes() == []
    assert names.prod("orders") in run.message
    assert run.result["outcome"] == "failed"
    tables.assert_holds(world, "prod", names.prod("orders"), there)
    assert not tables.exists(world, "prod", names.prod("users")), "if one table conflicts, none is imported"
    assert run.dynamodb["counts"]["planned"] == 2
    assert run.dynamodb["counts"]["created"] == 0, "nothing was created"


def test_takes_the_table_of_another_promotion_as_foreign(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    world.succeed(names.request("orders"))
    other = {**names.request("orders"), "promotionId": f"{names.promotion}-2"}
    assert world.fail(other, "Promotion.Conflict").writes() == []


def test_adopts_an_empty_table_with_the_same_keys(world: World, names: Names) -> None:
    items = tables.small_table(world, "dev", names.dev("orders"), 30)
    tables.create(world, "prod", names.prod("orders"), Tags=[{"Key": "made", "Value": "by hand"}])
    identity = tables.describe(world, "prod", names.prod("orders"))["TableId"]
    run = world.succeed(names.request("orders", dynamodb={"existing": "adopt"}))
    assert run.dynamodb["counts"] == counts(planned=1, adopted=1, verified=1)
    assert tables.describe(world, "prod", names.prod("orders"))["TableId"] == identity
    tables.assert_holds(world, "prod", names.prod("orders"), items)
    assert {call["operation"] for call in run.writes("dynamodb")} == {"BatchWriteItem"}, "its settings are kept"

    again = world.succeed(names.request("orders", dynamodb={"existing": "adopt"}))
    assert again.writes("dynamodb") == []
    assert again.dynamodb["counts"] == counts(planned=1, unchanged=1, verified=1)


def test_does_not_adopt_a_table_with_items(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"), 5)
    there = tables.small_table(world, "prod", names.prod("orders"), 1)
    run = world.fail(names.request("orders", dynamodb={"existing": "adopt"}), "Promotion.Conflict")
    assert run.writes() == []
    assert plan_of(world, names)["action"] == "conflict"
    tables.assert_holds(world, "prod", names.prod("orders"), there)


OTHER_SCHEMAS = {
    "another key": {"AttributeDefinitions": tables.attributes(key="S"), "KeySchema": tables.key_schema("key")},
    "another key type": {"AttributeDefinitions": tables.attributes(id="N")},
    "a sort key besides": {
        "AttributeDefinitions": tables.attributes(id="S", value="N"),
        "KeySchema": tables.key_schema("id", "value"),
    },
    "an index besides": {
        "AttributeDefinitions": tables.attributes(id="S", value="N"),
        "GlobalSecondaryIndexes": [
            {"IndexName": "extra", "KeySchema": tables.key_schema("value"), "Projection": {"ProjectionType": "ALL"}}
        ],
    },
}


@pytest.mark.parametrize("existing", ["adopt", "merge"])
@pytest.mark.parametrize("schema", OTHER_SCHEMAS)
def test_refuses_a_table_of_another_shape(world: World, names: Names, existing: str, schema: str) -> None:
    tables.small_table(world, "dev", names.dev("orders"), 2)
    tables.create(world, "prod", names.prod("orders"), **OTHER_SCHEMAS[schema])
    run = world.fail(names.request("orders", dynamodb={"existing": existing}), "Promotion.Conflict")
    assert run.writes() == []
    asset = plan_of(world, names)
    assert asset["action"] == "conflict"
    assert asset["differences"], "the plan shows what differs"


def test_merges_what_differs_and_leaves_the_rest(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"), 100)
    tables.create(world, "prod", names.prod("orders"), DeletionProtectionEnabled=True)
    own = [{"id": {"S": "only in prod"}, "value": {"N": "7"}}]
    equal = [{"id": {"S": f"item {number}"}, "value": {"N": str(number)}} for number in range(60)]
    changed = [{"id": {"S": f"item {number}"}, "value": {"S": "changed"}} for number in range(60, 80)]
    tables.fill(world, "prod", names.prod("orders"), own + equal + changed)
    run = world.succeed(names.request("orders", dynamodb={"existing": "merge"}))
    assert run.dynamodb["counts"] == counts(planned=1, updated=1, verified=1)
    assert run.dynamodb["items"]["read"] == 100
    assert run.dynamodb["items"]["written"] == 40, "20 that differ and 20 that are missing; equal items are not written"
    assert run.dynamodb["items"]["missing"] == run.dynamodb["items"]["different"] == 0
    assert run.dynamodb["items"]["extra"] == 1
    wanted = own + [{"id": {"S": f"item {number}"}, "value": {"N": str(number)}} for number in range(100)]
    tables.assert_holds(world, "prod", names.prod("orders"), wanted)
    assert tables.describe(world, "prod", names.prod("orders"))["DeletionProtectionEnabled"] is True
    assert {call["operation"] for call in run.writes("dynamodb")} <= {"BatchWriteItem", "PutItem"}

    again = world.succeed(names.request("orders", dynamodb={"existing": "merge"}))
    assert again.writes("dynamodb") == []
    assert again.dynamodb["counts"] == counts(planned=1, unchanged=1, verified=1)


def test_creates_under_adopt_and_merge_where_nothing_is(world: World, names: Names) -> None:
    for existing in ("adopt", "merge"):
        items = tables.small_table(world, "dev", names.dev(existing))
        request = {**names.request(existing, dynamodb={"existing": existing}), "promotionId": f"{names.promotion}-{existing}"}
        assert world.succeed(request).dynamodb["counts"] == counts(planned=1, created=1, verified=1)
        tables.assert_holds(world, "prod", names.prod(existing), items)
