"""Tables of the emulated accounts: making, filling and reading them through boto3."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

from support.world import World

OWNERSHIP_TAG = "cross-account-promoter"
TABLE_SECONDS = 60

Item = dict[str, Any]


def key_schema(partition: str, sort: str | None = None) -> list[dict[str, str]]:
    keys = [{"AttributeName": partition, "KeyType": "HASH"}]
    return keys + ([{"AttributeName": sort, "KeyType": "RANGE"}] if sort else [])


def attributes(**types: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def create(world: World, environment: str, name: str, **members: Any) -> None:
    """Makes a table, by default on demand with the string key `id`, and waits until it and its indexes can be used."""
    definition = {
        "AttributeDefinitions": attributes(id="S"),
        "KeySchema": key_schema("id"),
        "BillingMode": "PAY_PER_REQUEST",
        **members,
    }
    world.client("dynamodb", environment).create_table(TableName=name, **definition)
    wait_active(world, environment, name)


def wait_active(world: World, environment: str, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + TABLE_SECONDS
    while True:
        table = describe(world, environment, name)
        indexes = table.get("GlobalSecondaryIndexes", [])
        if table["TableStatus"] == "ACTIVE" and all(index["IndexStatus"] == "ACTIVE" for index in indexes):
            return table
        assert time.monotonic() < deadline, f"{name} was not active after {TABLE_SECONDS} s"
        time.sleep(0.05)


def fill(world: World, environment: str, name: str, items: list[Item], batch: int = 25) -> None:
    dynamodb = world.client("dynamodb", environment)
    for start in range(0, len(items), batch):
        left = {name: [{"PutRequest": {"Item": item}} for item in items[start : start + batch]]}
        while left:
            left = dynamodb.batch_write_item(RequestItems=left)["UnprocessedItems"]


def small_table(world: World, environment: str, name: str, count: int = 3, **members: Any) -> list[Item]:
    """A table with `count` plain items; answers them."""
    create(world, environment, name, **members)
    items = [{"id": {"S": f"item {number}"}, "value": {"N": str(number)}} for number in range(count)]
    fill(world, environment, name, items)
    return items


def describe(world: World, environment: str, name: str) -> dict[str, Any]:
    return world.client("dynamodb", environment).describe_table(TableName=name)["Table"]


def names(world: World, environment: str) -> list[str]:
    pages = world.client("dynamodb", environment).get_paginator("list_tables").paginate()
    return [name for page in pages for name in page["TableNames"]]


def exists(world: World, environment: str, name: str) -> bool:
    return name in names(world, environment)


def scan(world: World, environment: str, name: str, **options: Any) -> list[Item]:
    """All items in the order of their canonical text, so that equal tables give equal lists."""
    pages = world.client("dynamodb", environment).get_paginator("scan").paginate(
        TableName=name, PaginationConfig={"PageSize": 500}, **({"ConsistentRead": True} | options)
    )
    return sorted((canonical(item) for page in pages for item in page["Items"]), key=text_of)


def count(world: World, environment: str, name: str) -> int:
    pages = world.client("dynamodb", environment).get_paginator("scan").paginate(
        TableName=name, Select="COUNT", ConsistentRead=True
    )
    return sum(page["Count"] for page in pages)


def canonical(value: Any) -> Any:
    """An item as text can hold it: bytes as hex, sets in order; numbers stay the digits that the service answered."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [canonical(member) for member in value]
    if isinstance(value, dict):
        return {
            name: sorted(canonical(member)) if name in ("SS", "NS", "BS") else canonical(member)
            for name, member in value.items()
        }
    return value


def assert_holds(world: World, environment: str, name: str, items: list[Item]) -> None:
    """Asserts that a table has exactly these items; numbers count by value, because the service writes them its way."""
    found = [numbers(item) for item in scan(world, environment, name)]
    wanted = [numbers(canonical(item)) for item in items]
    assert sorted(found, key=text_of) == sorted(wanted, key=text_of)


def numbers(value: Any) -> Any:
    """Replaces every number by its value, so that 1E2 and 100 are equal."""
    if isinstance(value, list):
        return [numbers(member) for member in value]
    if isinstance(value, dict):
        if set(value) == {"N"} and isinstance(value["N"], str):
            return {"N": str(normal(value["N"]))}
        if set(value) == {"NS"} and isinstance(value["NS"], list):
            return {"NS": sorted(str(normal(member)) for member in value["NS"])}
        return {name: numbers(member) for name, member in value.items()}
    return value


def normal(digits: str) -> Decimal:
    sign, significant, exponent = Decimal(digits).as_tuple()
    while len(significant) > 1 and significant[-1] == 0:
        significant, exponent = significant[:-1], exponent + 1
    return Decimal(0) if significant == (0,) else Decimal((sign, significant, exponent))


def text_of(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def settings(world: World, environment: str, name: str) -> dict[str, Any]:
    """Everything of a table that a promotion carries over: the same on both sides, but for names, ids and dates."""
    dynamodb = world.client("dynamodb", environment)
    table = describe(world, environment, name)
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    return {
        "attributes": sorted(table["AttributeDefinitions"], key=lambda attribute: attribute["AttributeName"]),
        "keys": table["KeySchema"],
        "billing": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "throughput": throughput(table),
        "onDemand": table.get("OnDemandThroughput"),
        "global": [
            {
                "name": index["IndexName"],
                "keys": index["KeySchema"],
                "projection": projection(index),
                "throughput": throughput(index),
                "onDemand": index.get("OnDemandThroughput"),
            }
            for index in sorted(table.get("GlobalSecondaryIndexes", []), key=lambda index: index["IndexName"])
        ],
        "local": [
            {"name": index["IndexName"], "keys": index["KeySchema"], "projection": projection(index)}
            for index in sorted(table.get("LocalSecondaryIndexes", []), key=lambda index: index["IndexName"])
        ],
        "stream": table.get("StreamSpecification"),
        "encryption": {name: table.get("SSEDescription", {}).get(name) for name in ("Status", "SSEType")},
        "class": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "protected": table["DeletionProtectionEnabled"],
        "recovery": (recovery["PointInTimeRecoveryStatus"], recovery.get("RecoveryPeriodInDays")),
        "timeToLive": (expiry["TimeToLiveStatus"], expiry.get("AttributeName")),
        "tags": sorted((tag["Key"], tag["Value"]) for tag in tags if tag["Key"] != OWNERSHIP_TAG),
    }


def throughput(table: dict[str, Any]) -> tuple[int, int]:
    given = table.get("ProvisionedThroughput", {})
    return given.get("ReadCapacityUnits", 0), given.get("WriteCapacityUnits", 0)


def projection(index: dict[str, Any]) -> dict[str, Any]:
    given = index["Projection"]
    return {"type": given["ProjectionType"], "attributes": sorted(given.get("NonKeyAttributes", []))}


def wait_time_to_live(world: World, environment: str, name: str) -> None:
    dynamodb = world.client("dynamodb", environment)
    deadline = time.monotonic() + TABLE_SECONDS
    while "ING" in dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]:
        assert time.monotonic() < deadline, f"the time to live of {name} was not settled"
        time.sleep(0.05)
