"""Migrating tables of every shape from dev to prod, and doing it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from support import items, tables
from support.contract import counts
from support.names import Names
from support.world import Run, World

PREFIX = "DEV-all-"
RENAMED = {"types": "PROD-all-types", "orders": "PROD-all-orders", "metered": "PROD-all-metered", "large": "PROD-all-large"}
SMALL_ITEMS = 3000
EMPTY = "DEV-all-empty"


@dataclass(frozen=True)
class Migrated:
    request: dict[str, Any]
    run: Run
    pairs: dict[str, str]
    """Destination names by source name."""
    written: dict[str, list[dict[str, Any]]]
    before: dict[str, Any]
    """What dev was before the promotion."""


def make_source(world: World) -> dict[str, list[dict[str, Any]]]:
    """Tables with all settings that a promotion carries over; answers their items by name."""
    dynamodb = world.client("dynamodb", "dev")
    written = {
        PREFIX + "types": items.of_all_types("everything"),
        PREFIX + "orders": items.small(SMALL_ITEMS),
        PREFIX + "metered": [
            {"id": {"B": bytes([number])}, "at": {"N": str(number)}, "group": {"S": "abc"[number % 3]}, "expires": {"N": "4102444800"}}
            for number in range(40)
        ],
        PREFIX + "large": items.large(6),
        PREFIX + "users": [{"id": {"S": f"user {number}"}, "name": {"S": f"Name {number}"}} for number in range(30)],
        EMPTY: [],
    }
    tables.create(
        world, "dev", PREFIX + "types",
        AttributeDefinitions=tables.attributes(id="S", position="N"),
        KeySchema=tables.key_schema("id", "position"),
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
        Tags=[{"Key": "team", "Value": "data"}, {"Key": "empty", "Value": ""}],
        DeletionProtectionEnabled=True,
    )  # fmt: skip
    tables.create(
        world, "dev", PREFIX + "orders",
        AttributeDefinitions=tables.attributes(id="S", customer="S", amount="N", state="S"),
        GlobalSecondaryIndexes=[
            {"IndexName": "by-customer", "KeySchema": tables.key_schema("customer", "amount"), "Projection": {"ProjectionType": "ALL"}},
            {
                "IndexName": "by-state", "KeySchema": tables.key_schema("state"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]},
            },
        ],
        OnDemandThroughput={"MaxReadRequestUnits": 4000, "MaxWriteRequestUnits": 3000},
    )  # fmt: skip
    tables.create(
        world, "dev", PREFIX + "metered",
        AttributeDefinitions=tables.attributes(id="B", at="N", group="S"),
        KeySchema=tables.key_schema("id", "at"),
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 50, "WriteCapacityUnits": 60},
        LocalSecondaryIndexes=[{
            "IndexName": "by-group", "KeySchema": tables.key_schema("id", "group"), "Projection": {"ProjectionType": "KEYS_ONLY"},
        }],
        GlobalSecondaryIndexes=[{
            "IndexName": "groups", "KeySchema": tables.key_schema("group", "at"), "Projection": {"ProjectionType": "KEYS_ONLY"},
            "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 70},
        }],
        TableClass="STANDARD_INFREQUENT_ACCESS",
    )  # fmt: skip
    for plain in (PREFIX + "large", PREFIX + "users", EMPTY):
        tables.create(world, "dev", plain)
    dynamodb.update_time_to_live(
        TableName=PREFIX + "metered", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    dynamodb.update_continuous_backups(
        TableName=PREFIX + "types",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 10},
    )
    tables.wait_time_to_live(world, "dev", PREFIX + "metered")
    for name, rows in written.items():
        tables.fill(world, "dev", name, rows, batch=5 if name.endswith("large") else 25)
    return written


def state_of_dev(world: World, listed: Iterable[str]) -> dict[str, Any]:
    return {
        name: (tables.describe(world, "dev", name), tables.settings(world, "dev", name), tables.scan(world, "dev", name))
        for name in listed
    }


@pytest.fixture(scope="module")
def migrated(world: World) -> Iterator[Migrated]:
    written = make_source(world)
    request = {
        "mode": "migrate",
        "source": "dev",
        "destination": "prod",
        "promotionId": "everything",
        "kinds": {
            "dynamodb": {
                "tables": [*(PREFIX + name for name in RENAMED), EMPTY, {"name": PREFIX + "users", "as": "PROD-people"}],
                "rename": {"prefix": {"from": "DEV-", "to": "PROD-"}},
                "segments": 8,
            }
        },
    }
    pairs = {PREFIX + name: renamed for name, renamed in RENAMED.items()}
    pairs |= {EMPTY: "PROD-all-empty", PREFIX + "users": "PROD-people"}
    before = state_of_dev(world, written)
    yield Migrated(request, world.succeed(request), pairs, written, before)


def test_counts_every_table_and_every_item(migrated: Migrated) -> None:
    total = sum(map(len, migrated.written.values()))
    assert migrated.run.result["promotionId"] == "everything"
    assert migrated.run.dynamodb["counts"] == counts(planned=6, created=6, verified=6)
    assert migrated.run.dynamodb["items"] == {
        "read": total, "written": total, "rejected": 0, "compared": total, "missing": 0, "extra": 0, "different": 0,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["types", "orders", "metered", "large", "users", "empty"])
def test_copies_every_item_exactly(world: World, migrated: Migrated, name: str) -> None:
    source = PREFIX + name
    copied = tables.scan(world, "prod", migrated.pairs[source])
    assert copied == tables.scan(world, "dev", source)
    tables.assert_holds(world, "prod", migrated.pairs[source], migrated.written[source])


@pytest.mark.parametrize(("name", "index"), [("orders", "by-customer"), ("orders", "by-state"), ("metered", "groups")])
def test_fills_the_global_indexes(world: World, migrated: Migrated, name: str, index: str) -> None:
    source = PREFIX + name
    read = {"IndexName": index, "ConsistentRead": False}
    copied = tables.scan(world, "prod", migrated.pairs[source], **read)
    assert copied == tables.scan(world, "dev", source, **read)
    assert len(copied) == (2700 if index == "by-state" else len(migrated.written[source]))


def test_answers_queries_of_a_local_index_in_the_same_order(world: World, migrated: Migrated) -> None:
    asked = {
        "IndexName": "by-group",
        "KeyConditionExpression": "#id = :id",
        "ExpressionAttributeNames": {"#id": "id"},
        "ExpressionAttributeValues": {":id": {"B": bytes([7])}},
    }
    answers = [
        world.client("dynamodb", environment).query(TableName=table, **asked)["Items"]
        for environment, table in (("dev", PREFIX + "metered"), ("prod", "PROD-all-metered"))
    ]
    assert len(answers[0]) == 1
    assert answers[0] == answers[1]


@pytest.mark.parametrize("name", ["types", "orders", "metered", "large", "users", "empty"])
def test_carries_every_setting_over(world: World, migrated: Migrated, name: str) -> None:
    source = PREFIX + name
    tables.wait_time_to_live(world, "prod", migrated.pairs[source])
    assert tables.settings(world, "prod", migrated.pairs[source]) == tables.settings(world, "dev", source)


def test_tags_what_it_made_with_its_source_and_never_with_the_promotion(world: World, migrated: Migrated) -> None:
    for source, made in migrated.pairs.items():
        arn = tables.describe(world, "prod", made)["TableArn"]
        given = world.client("dynamodb", "prod").list_tags_of_resource(ResourceArn=arn)["Tags"]
        own = [tag["Value"] for tag in given if tag["Key"] == tables.OWNERSHIP_TAG]
        assert len(own) == 1 and source in own[0]
        assert all(migrated.run.result["promotionId"] not in (tag["Key"], tag["Value"]) for tag in given)


def test_leaves_the_source_untouched(world: World, migrated: Migrated) -> None:
    assert state_of_dev(world, migrated.written) == migrated.before
    account = world.accounts["dev"]
    in_dev = [call for call in migrated.run.calls if call["account"] == account and call["service"] == "dynamodb"]
    assert {call["operation"] for call in in_dev} >= {"DescribeTable", "Scan"}
    assert [call for call in migrated.run.writes() if call["account"] == account] == []


def test_writes_with_the_destination_role_and_in_the_destination_only(world: World, migrated: Migrated) -> None:
    writes = migrated.run.writes("dynamodb")
    assert {call["account"] for call in writes} == {world.accounts["prod"]}
    assert all("DynamoDB-MigrationDest" in call["role"] for call in writes)
    made = [call for call in writes if call["operation"] == "CreateTable"]
    assert len(made) == len(migrated.pairs)


def test_records_every_call_in_the_documented_form(migrated: Migrated) -> None:
    members = {"at", "account", "role", "service", "operation", "resource", "allowed", "fault"}
    assert all(set(call) == members for call in migrated.run.calls)
    assert all(isinstance(call["allowed"], bool) and call["fault"] is None for call in migrated.run.calls)
    assert {"sts", "s3", "states", "lambda", "dynamodb"} <= {call["service"] for call in migrated.run.calls}
    moments = [call["at"] for call in migrated.run.calls]
    assert moments == sorted(moments)


def test_writes_nothing_when_the_same_input_runs_again(world: World, migrated: Migrated) -> None:
    prod = {made: (tables.describe(world, "prod", made), tables.scan(world, "prod", made)) for made in migrated.pairs.values()}
    again = world.succeed(migrated.request, name="everything-once-more")
    assert again.writes("dynamodb") == []
    assert again.dynamodb["counts"] == counts(planned=6, unchanged=6, verified=6)
    total = sum(map(len, migrated.written.values()))
    assert again.dynamodb["items"]["compared"] == total
    assert again.dynamodb["items"]["written"] == 0
    assert prod == {
        made: (tables.describe(world, "prod", made), tables.scan(world, "prod", made)) for made in migrated.pairs.values()
    }


def test_shows_what_changed_at_the_source_since_as_a_difference(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"), 5)
    world.succeed(names.request("orders"))
    tables.fill(world, "dev", names.dev("orders"), [{"id": {"S": "item 0"}, "value": {"N": "-1"}}, {"id": {"S": "new"}}])
    again = world.fail(names.request("orders"), "Promotion.Partial")
    assert again.writes("dynamodb") == []
    assert again.dynamodb["counts"] == counts(planned=1, unchanged=1, mismatched=1)
    assert {name: again.dynamodb["items"][name] for name in ("missing", "extra", "different")} == {
        "missing": 1, "extra": 0, "different": 1,
    }  # fmt: skip


def test_migrates_more_tables_than_any_page_holds(world: World, names: Names) -> None:
    many = [f"table-{number:02}" for number in range(45)]
    dynamodb = world.client("dynamodb", "dev")
    for name in many:
        dynamodb.create_table(
            TableName=names.dev(name),
            AttributeDefinitions=tables.attributes(id="S"),
            KeySchema=tables.key_schema("id"),
            BillingMode="PAY_PER_REQUEST",
        )
    for name in many:
        tables.wait_active(world, "dev", names.dev(name))
        tables.fill(world, "dev", names.dev(name), [{"id": {"S": name}}])
    run = world.succeed(names.request(*many))
    assert run.dynamodb["counts"] == counts(planned=45, created=45, verified=45)
    for name in many:
        tables.assert_holds(world, "prod", names.prod(name), [{"id": {"S": name}}])


def test_copies_attributes_with_names_that_javascript_keeps_for_itself(world: World, names: Names) -> None:
    tables.create(world, "dev", names.dev("odd"))
    written = [
        {"id": {"S": "outside"}, "__proto__": {"S": "a plain attribute"}},
        {"id": {"S": "inside"}, "map": {"M": {"__proto__": {"N": "1"}, "constructor": {"NULL": True}}}},
    ]
    tables.fill(world, "dev", names.dev("odd"), written)
    tables.assert_holds(world, "dev", names.dev("odd"), written)
    world.succeed(names.request("odd"))
    tables.assert_holds(world, "prod", names.prod("odd"), written)
