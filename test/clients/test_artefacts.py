"""What lies in S3 after a run: people read it, edit it and keep it under version control."""

from __future__ import annotations

import hashlib
import json
from html.parser import HTMLParser

import pytest

from support import tables
from support.names import Names
from support.world import Run, World

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
FOLDER = "promotions/artefacts/"
EXPORT = FOLDER + "dynamodb/export/"


@pytest.fixture(scope="module")
def run(world: World) -> Run:
    tables.small_table(world, "dev", "DEV-artefacts-one", 30, Tags=[{"Key": "odd", "Value": "Grün: a@b=c/d"}])
    tables.create(world, "dev", "DEV-artefacts.two")
    request = {
        "mode": "migrate",
        "source": "dev",
        "destination": "prod",
        "promotionId": "artefacts",
        "kinds": {
            "dynamodb": {
                "tables": ["DEV-artefacts-one", "DEV-artefacts.two"],
                "rename": {"prefix": {"from": "DEV-", "to": "PROD-"}},
            }
        },
    }
    return world.succeed(request)


def test_lays_everything_below_the_promotion(world: World, run: Run) -> None:
    keys = world.keys(FOLDER)
    wanted = [
        "request.json", "report.json", "report.md", "report.html",
        "dynamodb/export/manifest.json", "dynamodb/export/tables/DEV-artefacts-one.json", "dynamodb/export/tables/DEV-artefacts.two.json",
        "dynamodb/plan/plan.json", "dynamodb/plan/plan.md",
    ]  # fmt: skip
    assert [name for name in wanted if FOLDER + name not in keys] == []
    assert any(key.startswith(FOLDER + "dynamodb/import/journal/PROD-artefacts-one/") for key in keys)
    assert any(key.startswith(FOLDER + "dynamodb/verify/") for key in keys)
    assert run.result["report"] == {"bucket": world.bucket, "key": FOLDER + "report.json"}


def test_writes_artefacts_as_pretty_json_with_sorted_members(world: World, run: Run) -> None:
    files = [key for key in world.keys(FOLDER) if key.endswith(".json")]
    assert len(files) > 8
    for key in files:
        text = world.text(key)
        assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n", key


def test_lists_each_file_of_the_bundle_with_its_hash(world: World, run: Run) -> None:
    manifest = world.json(EXPORT + "manifest.json")
    assert {"schemaVersion", "tool", "source", "files", "findings"} <= set(manifest)
    assert manifest["source"] == {"environment": "dev", "account": world.accounts["dev"], "region": "us-east-1"}
    assert manifest["tool"]["version"] and manifest["tool"]["sdk"]
    present = {key.removeprefix(EXPORT) for key in world.keys(EXPORT)} - {"manifest.json"}
    assert {entry["path"] for entry in manifest["files"]} == present
    for entry in manifest["files"]:
        assert hashlib.sha256(world.text(EXPORT + entry["path"]).encode()).hexdigest() == entry["sha256"]


def test_names_no_account_in_the_bundle_of_an_asset(world: World, run: Run) -> None:
    for key in world.keys(EXPORT + "tables/"):
        text = world.text(key)
        assert [account for account in world.accounts.values() if account in text] == []
        assert "arn:" not in text


def test_writes_the_same_bundle_for_the_same_tables(world: World, run: Run) -> None:
    request = world.json(FOLDER + "request.json")
    other = {"mode": "export", "source": "dev", "destination": "prod", "promotionId": "artefacts-2", "kinds": request["kinds"]}
    world.succeed(other)
    for key in world.keys(EXPORT + "tables/"):
        assert world.text(key) == world.text(key.replace("promotions/artefacts/", "promotions/artefacts-2/"))


def test_notes_the_checked_input_with_its_defaults(world: World, run: Run) -> None:
    request = world.json(FOLDER + "request.json")
    assert (request["promotionId"], request["bundle"], request["mode"]) == ("artefacts", "artefacts", "migrate")
    assert (request["approval"], request["onFailure"]) == ("none", "keep")
    assert request["kinds"]["dynamodb"]["existing"] == "fail"
    assert request["kinds"]["dynamodb"]["segments"] == "auto"


def test_plans_each_table_with_a_reason(world: World, run: Run) -> None:
    plan = world.json(FOLDER + "dynamodb/plan/plan.json")
    told = {asset["asset"]: (asset["destination"], asset["action"]) for asset in plan["assets"]}
    assert told == {
        "DEV-artefacts-one": ("PROD-artefacts-one", "create"),
        "DEV-artefacts.two": ("PROD-artefacts.two", "create"),
    }
    assert all(asset["reason"] for asset in plan["assets"])


def test_journals_the_intent_before_the_result(world: World, run: Run) -> None:
    for name in ("PROD-artefacts-one", "PROD-artefacts.two"):
        keys = sorted(world.keys(f"{FOLDER}dynamodb/import/journal/{name}/"))
        entries = [world.json(key) for key in keys]
        creation = [entry["phase"] for entry in entries if entry["step"] == "create"]
        assert creation == ["intent", "result"]
        assert {entry["execution"] for entry in entries} == {run.arn}
        moments = [entry["at"] for entry in entries]
        assert moments == sorted(moments)


def test_reports_what_the_run_returned(world: World, run: Run) -> None:
    report = world.json(FOLDER + "report.json")
    assert report["promotionId"] == "artefacts"
    assert report["outcome"] == "succeeded"
    assert report["execution"] == run.arn
    assert report["kinds"]["dynamodb"]["counts"] == run.dynamodb["counts"]
    assert report["kinds"]["dynamodb"]["items"] == run.dynamodb["items"]
    assert len(report["kinds"]["dynamodb"]["findings"]) == run.dynamodb["findings"]
    assets = {asset["destination"]: asset for asset in report["kinds"]["dynamodb"]["assets"]}
    assert assets["PROD-artefacts-one"]["items"]["written"] == 30
    assert all(asset["verified"] is True and asset["outcome"] == "created" for asset in assets.values())
    markdown = world.text(FOLDER + "report.md")
    assert "PROD-artefacts-one" in markdown and "succeeded" in markdown


class Document(HTMLParser):
    """Checks that elements are closed in order, and gathers text, element names and what is loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.loaded: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.loaded += [value for name, value in attrs if name in ("src", "href") and value and not value.startswith(("#", "data:"))]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_reports_in_a_page_that_stands_alone(world: World, run: Run) -> None:
    text = world.text(FOLDER + "report.html")
    page = Document()
    page.feed(text)
    page.close()
    assert page.open == []
    assert text.lower().startswith("<!doctype html>")
    assert {"html", "head", "title", "body"} <= set(page.names)
    assert page.loaded == [] and "http" not in "".join(page.words), "nothing is loaded from elsewhere"
    assert "@import" not in text and "url(" not in text
    shown = " ".join(page.words)
    for wanted in ("artefacts", "succeeded", "PROD-artefacts-one", "PROD-artefacts.two", "30"):
        assert wanted in shown
    assert "svg" in page.names, "the flow and the throughput are pictures"


SCRIPT = "<script>alert('x')</script>&amp;"


def page_of(world: World, names: Names) -> str:
    text = world.text(f"promotions/{names.promotion}/report.html")
    page = Document()
    page.feed(text)
    page.close()
    assert page.open == []
    return text


def test_escapes_keys_of_items_in_the_page(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    world.succeed(names.request("orders"))
    tables.fill(world, "prod", names.prod("orders"), [{"id": {"S": SCRIPT}}])
    run = world.fail(names.request("orders", mode="verify"), "Promotion.Partial")
    assert SCRIPT in json.dumps(world.json(run.result["report"]["key"]), ensure_ascii=False)
    assert "<script>alert" not in page_of(world, names)


def test_escapes_error_messages_in_the_page(world: World, names: Names) -> None:
    tables.small_table(world, "dev", names.dev("orders"))
    world.succeed(names.request("orders", mode="export"))
    key = f"promotions/{names.promotion}/dynamodb/export/tables/{names.dev('orders')}.json"
    definition = world.json(key)
    definition["table"][SCRIPT] = SCRIPT
    world.put(key, definition)
    assert SCRIPT in world.fail(names.request("orders", mode="import"), "Promotion.Config").message
    assert "<script>alert" not in page_of(world, names)


def test_keeps_row_data_and_secrets_out_of_the_state(world: World, names: Names) -> None:
    tables.create(world, "dev", names.dev("private"))
    tables.fill(world, "dev", names.dev("private"), [{"id": {"S": "key"}, "secret": {"S": "a-value-of-a-row"}}])
    run = world.succeed(names.request("private"))
    states = world.client("stepfunctions", "tooling")
    for page in states.get_paginator("get_execution_history").paginate(executionArn=run.arn):
        assert "a-value-of-a-row" not in str(page)
    for key in world.keys(f"promotions/{names.promotion}/"):
        assert "a-value-of-a-row" not in world.text(key), key


def test_encrypts_and_versions_the_bucket_and_refuses_the_public(world: World, run: Run) -> None:
    s3 = world.client("s3", "tooling")
    assert s3.get_bucket_versioning(Bucket=world.bucket)["Status"] == "Enabled"
    head = s3.head_object(Bucket=world.bucket, Key=FOLDER + "report.json")
    assert head["ServerSideEncryption"] == "aws:kms"
    assert head["ContentType"].startswith("application/json")
    page = s3.head_object(Bucket=world.bucket, Key=FOLDER + "report.html")
    assert page["ContentType"].startswith("text/html"), "a browser shows it"
