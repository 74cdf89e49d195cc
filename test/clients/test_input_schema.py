"""The documented schema of the execution input takes what the machine takes and refuses what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from support.host import ROOT
from test_bad_input import CONFIG, UNSUPPORTED, changed

SCHEMA = json.loads((ROOT / "docs" / "execution-input.schema.json").read_text())
# What only a look at other members, environments or tables can tell.
BEYOND_A_SCHEMA = {
    "not one kind", "an unknown source", "an unknown destination", "an account id as environment",
    "a name that objects inherit", "the same account and region on both sides", "a bundle that migrate does not read",
    "an illegal table name", "a table name of two letters", "a destination name of 256 letters", "two tables that become one",
    "a table named twice", "a table that the rename rule does not touch", "a prefix further on in the name",
}  # fmt: skip

ACCEPTED: list[Any] = [
    changed("mode", mode) for mode in ("export", "plan", "import", "migrate", "verify", "rollback")
] + [
    changed("bundle", "2026-11-sales"),
    changed("approval", "none"),
    changed("onFailure", "keep"),
    changed("kinds", "dynamodb", "segments", 64),
    changed("kinds", "dynamodb", "segments", "auto"),
    changed("kinds", "dynamodb", "existing", "merge"),
    changed("kinds", "dynamodb", "existing", "adopt"),
    changed("kinds", "dynamodb", "verify", "full"),
    changed("kinds", "dynamodb", "tables", [{"name": "DEV-users", "as": "PROD-people"}, "DEV-orders", {"name": "DEV-x-1"}]),
    {"mode": "plan", "source": "dev", "destination": "prod", "kinds": {"dynamodb": {"tables": ["DEV-orders"]}}},
    *(request for request, _ in UNSUPPORTED.values()),
]


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    Draft202012Validator.check_schema(SCHEMA)
    return Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("request_input", ACCEPTED, ids=range(len(ACCEPTED)))
def test_takes_what_the_contract_has(schema: Draft202012Validator, request_input: Any) -> None:
    assert [error.message for error in schema.iter_errors(request_input)] == []


@pytest.mark.parametrize("name", CONFIG)
def test_refuses_what_the_machine_refuses(schema: Draft202012Validator, name: str) -> None:
    assert schema.is_valid(CONFIG[name][0]) == (name in BEYOND_A_SCHEMA)


def test_shows_every_default(schema: Draft202012Validator) -> None:
    def fields(part: dict[str, Any], path: str = "") -> Any:
        for name, field in part.get("properties", {}).items():
            yield f"{path}/{name}", field, name in part.get("required", [])
            yield from fields(field, f"{path}/{name}")

    defaults = {path: field["default"] for path, field, _ in fields(SCHEMA) if "default" in field}
    assert defaults["/approval"] == "none"
    assert defaults["/onFailure"] == "keep"
    assert defaults["/kinds/dynamodb/existing"] == "fail"
    assert defaults["/kinds/dynamodb/segments"] == "auto"
    assert defaults["/kinds/dynamodb/verify"] == "full"
    assert SCHEMA["required"] == ["mode", "source", "destination", "kinds"]
    assert [path for path, field, _ in fields(SCHEMA) if path.count("/") == 1 and not field.get("description")] == []
