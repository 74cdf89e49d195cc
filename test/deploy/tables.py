"""The tables that are promoted: their items, and their comparison by a client that is not ours."""

from decimal import Decimal

SOURCE_REGION, DESTINATION_REGION = "us-east-1", "eu-west-1"
PLAIN, INDEXED, EMPTY = "DEV-deploy-plain", "DEV-deploy-indexed", "DEV-deploy-empty"
TABLES = (PLAIN, INDEXED, EMPTY)


def destination_of(table: str) -> str:
    return table.replace("DEV-", "PROD-", 1)


def plain_items() -> list[dict]:
    """Every type that an attribute may have, in sixty items, and a few hundred small ones."""
    rich = [
        {
            "id": {"S": f"rich-{number}"},
            "number": {"N": "-12345678901234567890.123456789012345678"},
            "text": {"S": "ünïcode \u0001 \n 名前"},
            "bytes": {"B": bytes(range(256))},
            "flag": {"BOOL": number % 2 == 0},
            "nothing": {"NULL": True},
            "texts": {"SS": ["a", "b", "c"]},
            "numbers": {"NS": ["1", "2.5", "-3"]},
            "binaries": {"BS": [b"\x00", b"\xff\x01"]},
            "list": {"L": [{"S": ""}, {"N": "0"}, {"M": {"deep": {"L": []}}}]},
            "map": {"M": {"S": {"S": "named like a type"}, "B": {"B": b"inner"}}},
        }
        for number in range(60)
    ]
    return rich + [{"id": {"S": f"small-{number}"}, "n": {"N": str(number)}} for number in range(440)]


def indexed_items() -> list[dict]:
    return [
        {"customer": {"S": f"customer-{number % 7}"}, "at": {"N": str(number)}, "status": {"S": f"s{number % 3}"}}
        for number in range(300)
    ]


def create(source) -> None:
    """Makes and fills the source tables."""
    common = {"BillingMode": "PAY_PER_REQUEST"}
    for name in (PLAIN, EMPTY):
        source.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            Tags=[{"Key": "team", "Value": "deploy"}],
            **common,
        )
    source.create_table(
        TableName=INDEXED,
        AttributeDefinitions=[
            {"AttributeName": "customer", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
            {"AttributeName": "status", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-status",
                "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        **common,
    )
    for name in TABLES:
        source.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    source.update_time_to_live(
        TableName=INDEXED, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    put(source, PLAIN, plain_items())
    put(source, INDEXED, indexed_items())


def put(client, table: str, items: list[dict]) -> None:
    for start in range(0, len(items), 25):
        left = {table: [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]}
        while left:
            left = client.batch_write_item(RequestItems=left)["UnprocessedItems"]


def canonical(value):
    """A value of which equal ones are equal: sets have no order, numbers no form."""
    ((kind, inner),) = value.items()
    if kind == "N":
        return kind, Decimal(inner)
    if kind == "NS":
        return kind, frozenset(Decimal(number) for number in inner)
    if kind in ("SS", "BS"):
        return kind, frozenset(bytes(one) if kind == "BS" else one for one in inner)
    if kind == "L":
        return kind, tuple(canonical(one) for one in inner)
    if kind == "M":
        return kind, frozenset((name, canonical(one)) for name, one in inner.items())
    return kind, bytes(inner) if kind == "B" else inner


def contents(client, table: str) -> set:
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return {canonical({"M": item}) for page in pages for item in page["Items"]}


def exists(client, table: str) -> bool:
    return table in [name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]]


def definition(client, table: str) -> dict:
    """What of a table's definition is to be equal on both sides."""
    found = client.describe_table(TableName=table)["Table"]
    indexes = [(one["IndexName"], str(one["KeySchema"])) for one in found.get("GlobalSecondaryIndexes", [])]
    ttl = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    tags = client.list_tags_of_resource(ResourceArn=found["TableArn"])["Tags"]
    return {
        "keys": found["KeySchema"],
        "attributes": sorted(str(one) for one in found["AttributeDefinitions"]),
        "billing": found.get("BillingModeSummary", {}).get("BillingMode"),
        "indexes": sorted(indexes),
        "timeToLive": ttl.get("AttributeName"),
        "tags": sorted((tag["Key"], tag["Value"]) for tag in tags if tag["Key"] != "cross-account-promoter"),
    }


def differences(source, destination) -> list[str]:
    """Compares every table item by item; one line a difference."""
    found = []
    for table in TABLES:
        wanted, there = contents(source, table), contents(destination, destination_of(table))
        if wanted != there:
            found.append(f"{table}: {len(wanted - there)} items missing or different, {len(there - wanted)} too many")
        one, other = definition(source, table), definition(destination, destination_of(table))
        found += [f"{table}: {name} is {other[name]}, not {one[name]}" for name in one if one[name] != other[name]]
    expected = len(plain_items()) + len(indexed_items())
    total = sum(len(contents(destination, destination_of(table))) for table in TABLES)
    if total != expected:
        found.append(f"{total} items in the destination, {expected} were put into the source")
    return found
