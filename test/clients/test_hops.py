"""From one environment to the next and the one after it, across regions."""

from __future__ import annotations

from support import tables
from support.contract import counts
from support.names import Names
from support.world import World


def test_promotes_in_two_hops_across_regions(world: World, names: Names) -> None:
    tables.small_table(
        world, "dev", names.dev("orders"), 60,
        AttributeDefinitions=tables.attributes(id="S", value="N"),
        GlobalSecondaryIndexes=[
            {"IndexName": "by-value", "KeySchema": tables.key_schema("value"), "Projection": {"ProjectionType": "ALL"}}
        ],
        Tags=[{"Key": "team", "Value": "data"}],
    )  # fmt: skip
    staged = f"STAGING-{names.promotion}-orders"
    first = world.succeed(
        names.request("orders", destination="staging", dynamodb={"rename": {"prefix": {"from": "DEV-", "to": "STAGING-"}}})
    )
    assert first.dynamodb["counts"] == counts(planned=1, created=1, verified=1)
    assert tables.scan(world, "staging", staged) == tables.scan(world, "dev", names.dev("orders"))
    assert ":eu-west-1:" in tables.describe(world, "staging", staged)["TableArn"]

    second = {
        **names.request(),
        "promotionId": f"{names.promotion}-2",
        "source": "staging",
        "kinds": {"dynamodb": {"tables": [staged], "rename": {"prefix": {"from": "STAGING-", "to": "PROD-"}}}},
    }
    assert world.succeed(second).dynamodb["counts"] == counts(planned=1, created=1, verified=1)
    made = names.prod("orders")
    assert tables.scan(world, "prod", made) == tables.scan(world, "dev", names.dev("orders"))
    assert tables.settings(world, "prod", made) == tables.settings(world, "dev", names.dev("orders"))
    tags = world.client("dynamodb", "prod").list_tags_of_resource(
        ResourceArn=tables.describe(world, "prod", made)["TableArn"]
    )["Tags"]
    owned = [tag["Value"] for tag in tags if tag["Key"] == tables.OWNERSHIP_TAG]
    assert len(owned) == 1 and staged in owned[0], "a second hop names its own source"


def test_keeps_the_name_where_no_rule_is_given(world: World, names: Names) -> None:
    name = names.dev("same")
    items = tables.small_table(world, "dev", name)
    request = names.request(destination="staging", dynamodb={"tables": [name]})
    del request["kinds"]["dynamodb"]["rename"]
    world.succeed(request)
    tables.assert_holds(world, "staging", name, items)


def test_reads_the_exact_names_of_dots_and_dashes(world: World, names: Names) -> None:
    name = f"DEV-{names.promotion}.v1_DEV-x"
    items = tables.small_table(world, "dev", name)
    world.succeed(names.request({"name": name}))
    tables.assert_holds(world, "prod", f"PROD-{names.promotion}.v1_DEV-x", items)
