"""Each mode on its own: export, plan, import, verify, rollback, and plan again to see drift."""

from __future__ import annotations

from support import tables
from support.contract import counts
from support.names import Names
from support.world import World


def test_exports_without_touching_the_destination(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    run = world.succeed(names.request("orders", mode="export"))
    assert run.writes() == []
    assert [call for call in run.calls if call["account"] == world.accounts["prod"]] == []
    assert f"promotions/{names.promotion}/dynamodb/export/manifest.json" in world.keys(f"promotions/{names.promotion}/")


def test_plans_without_changing_anything(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    run = world.succeed(names.request("orders", mode="plan"))
    assert run.writes() == []
    assert run.dynamodb["counts"] == counts(planned=1, created=1), "a plan counts what an import would do"
    plan = world.json(f"promotions/{names.promotion}/dynamodb/plan/plan.json")
    assert [(asset["destination"], asset["action"]) for asset in plan["assets"]] == [(names.prod("orders"), "create")]
    assert all(asset["reason"] for asset in plan["assets"])
    assert names.prod("orders") in world.text(f"promotions/{names.promotion}/dynamodb/plan/plan.md")
    assert not tables.exists(world, "prod", names.prod("orders"))


def test_plans_from_a_bundle_that_exists_without_exporting_again(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    world.succeed(names.request("orders", mode="export"))
    run = world.succeed(names.request("orders", mode="plan"))
    assert [call for call in run.calls if call["account"] == world.accounts["dev"]] == []


def test_imports_the_bundle_of_another_promotion(world: World, names: Names) -> None:
    items = tables.small_table(world, "dev", names.dev("orders"))
    world.succeed(names.request("orders", mode="export"))
    other = {**names.request("orders", mode="import", bundle=names.promotion), "promotionId": f"{names.promotion}-2"}
    run = world.succeed(other)
    assert run.result["promotionId"] == f"{names.promotion}-2"
    assert run.dynamodb["counts"] == counts(planned=1, created=1, verified=1)
    tables.assert_holds(world, "prod", names.prod("orders"), items)
    assert world.keys(f"promotions/{names.promotion}-2/dynamodb/export/") == [], "it writes no bundle of its own"


def test_verifies_with_exact_counts_of_what_is_wrong(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"), 50)
    tables.small_table(world, "dev", names.dev("users"), 4)
    world.succeed(names.request("orders", "users"))
    assert world.succeed(names.request("orders", "users", mode="verify")).dynamodb["counts"] == counts(
        planned=2, unchanged=2, verified=2
    )

    prod = world.client("dynamodb", "prod")
    made = names.prod("orders")
    for number in (1, 2, 3):
        prod.delete_item(TableName=made, Key={"id": {"S": f"item {number}"}})
    for number in (4, 5):
        prod.put_item(TableName=made, Item={"id": {"S": f"item {number}"}, "value": {"N": str(number)}, "new": {"NULL": True}})
    prod.put_item(TableName=made, Item={"id": {"S": "not from dev"}})

    run = world.fail(names.request("orders", "users", mode="verify"), "Promotion.Partial")
    assert run.writes() == []
    assert run.dynamodb["counts"] == counts(planned=2, unchanged=2, verified=1, mismatched=1)
    found = run.dynamodb["items"]
    assert (found["missing"], found["different"], found["extra"]) == (3, 2, 1)
    report = world.json(run.result["report"]["key"])
    told = {asset["destination"]: asset for asset in report["kinds"]["dynamodb"]["assets"]}
    assert told[names.prod("users")]["verified"] is True
    keys = {(example["problem"], tables.text_of(example["key"])) for example in told[made]["examples"]}
    assert len(keys) == 6
    assert ("extra", tables.text_of({"id": {"S": "not from dev"}})) in keys


def test_sees_a_change_deep_inside_an_item(world: World, names: Names) -> None:
    tables.create(world, "dev", names.dev("deep"))
    item = {"id": {"S": "a"}, "map": {"M": {"list": {"L": [{"NS": ["1", "2"]}, {"B": b"\x00\x01"}]}}}}
    tables.fill(world, "dev", names.dev("deep"), [item])
    world.succeed(names.request("deep"))
    item["map"]["M"]["list"]["L"][1]["B"] = b"\x00\x02"
    tables.fill(world, "prod", names.prod("deep"), [item])
    run = world.fail(names.request("deep", mode="verify"), "Promotion.Partial")
    assert run.dynamodb["items"]["different"] == 1


def test_takes_sets_in_another_order_as_equal(world: World, names: Names) -> None:
    tables.create(world, "dev", names.dev("sets"))
    tables.fill(world, "dev", names.dev("sets"), [{"id": {"S": "a"}, "set": {"SS": ["x", "y", "z"]}, "n": {"NS": ["1", "20"]}}])
    world.succeed(names.request("sets"))
    tables.fill(world, "prod", names.prod("sets"), [{"id": {"S": "a"}, "set": {"SS": ["z", "x", "y"]}, "n": {"NS": ["20.0", "1"]}}])
    world.succeed(names.request("sets", mode="verify"))


def test_says_in_verify_when_a_table_is_gone(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    world.succeed(names.request("orders"))
    world.client("dynamodb", "prod").delete_table(TableName=names.prod("orders"))
    world.client("dynamodb", "prod").get_waiter("table_not_exists").wait(
        TableName=names.prod("orders"), WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    run = world.fail(names.request("orders", mode="verify"), "Promotion.Partial")
    assert run.dynamodb["counts"] == counts(planned=1, unchanged=1, mismatched=1)
    assert run.writes() == []


def test_rolls_back_only_what_it_created(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"), 10, DeletionProtectionEnabled=True)
    tables.small_table(world, "dev", names.dev("users"))
    by_hand = tables.small_table(world, "prod", names.prod("by-hand"))
    world.succeed(names.request("orders", "users"))
    run = world.succeed(names.request("orders", "users", mode="rollback"))
    left = tables.names(world, "prod")
    assert names.prod("orders") not in left, "protection that was carried over does not stop it"
    assert names.prod("users") not in left
    tables.assert_holds(world, "prod", names.prod("by-hand"), by_hand)
    assert {call["account"] for call in run.writes("dynamodb")} == {world.accounts["prod"]}
    assert tables.exists(world, "dev", names.dev("orders"))
    assert tables.describe(world, "dev", names.dev("orders"))["DeletionProtectionEnabled"] is True


def test_takes_its_items_out_of_an_adopted_table_in_a_rollback(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    tables.create(world, "prod", names.prod("orders"))
    world.succeed(names.request("orders", dynamodb={"existing": "adopt"}))
    run = world.succeed(names.request("orders", mode="rollback", dynamodb={"existing": "adopt"}))
    assert run.dynamodb["counts"]["updated"] == 1
    tables.assert_holds(world, "prod", names.prod("orders"), [])


def test_leaves_a_table_that_somebody_made_anew(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    world.succeed(names.request("orders"))
    prod = world.client("dynamodb", "prod")
    prod.delete_table(TableName=names.prod("orders"))
    prod.get_waiter("table_not_exists").wait(TableName=names.prod("orders"), WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    anew = tables.small_table(world, "prod", names.prod("orders"), 2)
    run = world.succeed(names.request("orders", mode="rollback"))
    tables.assert_holds(world, "prod", names.prod("orders"), anew)
    assert run.writes("dynamodb") == []


def test_rolls_back_the_promotion_that_bundle_names(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    world.succeed(names.request("orders"))
    undo = {**names.request("orders", mode="rollback", bundle=names.promotion), "promotionId": f"{names.promotion}-undo"}
    world.succeed(undo)
    assert not tables.exists(world, "prod", names.prod("orders"))


def test_rolls_back_twice_and_migrates_again(world: World, names: Names) -> None:
    items = tables.small_table(world, "dev", names.dev("orders"), 20)
    world.succeed(names.request("orders"))
    world.succeed(names.request("orders", mode="rollback"))
    assert world.succeed(names.request("orders", mode="rollback")).writes("dynamodb") == []
    again = world.succeed(names.request("orders"))
    assert again.dynamodb["counts"] == counts(planned=1, created=1, verified=1)
    tables.assert_holds(world, "prod", names.prod("orders"), items)


def test_shows_drift_in_a_plan_of_an_applied_bundle(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"), Tags=[{"Key": "team", "Value": "data"}])
    world.succeed(names.request("orders"))
    prod = world.client("dynamodb", "prod")
    arn = tables.describe(world, "prod", names.prod("orders"))["TableArn"]
    prod.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "somebody else"}])
    prod.update_table(TableName=names.prod("orders"), DeletionProtectionEnabled=True)
    tables.wait_active(world, "prod", names.prod("orders"))

    run = world.succeed(names.request("orders", mode="plan"))
    assert run.writes() == []
    [asset] = world.json(f"promotions/{names.promotion}/dynamodb/plan/plan.json")["assets"]
    drift = {difference["path"]: (difference["wanted"], difference["found"]) for difference in asset["differences"]}
    assert len(drift) == 2, drift
    assert any("DeletionProtection" in path for path in drift)
    assert any("team" in path and "somebody else" in found for path, (_, found) in drift.items())
