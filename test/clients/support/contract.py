"""What every run must return, whatever it did (docs: what a run returns)."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from support.host import ROOT

SCHEMA = Draft202012Validator(json.loads((ROOT / "docs" / "execution-input.schema.json").read_text()))
MEMBERS = {"promotionId", "outcome", "kinds", "report"}
ERRORS = {
    f"Promotion.{name}" for name in ("Config", "Permission", "Conflict", "Quota", "Data", "Unsupported", "Partial")
} | {f"Promotion.{name}" for name in ("Throttled", "Transient", "NotYetConsistent")}
ENDED = ("created", "updated", "replaced", "adopted", "unchanged", "skipped", "failed")
COUNTS = ("planned", *ENDED, "verified", "mismatched")
ITEMS = {"read", "written", "rejected", "compared", "missing", "extra", "different"}
CAUSE_BYTES = 32 * 1024


def check_result(described: dict[str, Any], result: dict[str, Any]) -> None:
    """Holds the output of an execution, or its cause, against the contract, and its input against the documented schema."""
    if described.get("error") != "Promotion.Config":
        assert [error.message for error in SCHEMA.iter_errors(json.loads(described["input"]))] == []
    if described["status"] == "SUCCEEDED":
        assert "error" not in described and "cause" not in described
        assert set(result) == MEMBERS, result
        assert result["outcome"] == "succeeded"
    else:
        assert "output" not in described
        assert described["error"] in ERRORS
        assert len(described["cause"].encode()) <= CAUSE_BYTES
        # What went wrong is told beside the members that a success has.
        assert set(result) == MEMBERS | {"error", "message"}, result
        assert result["outcome"] in ("partial", "failed")
        assert result["error"] == described["error"]
        check_message(result["message"])
    if result["report"] is not None:
        assert set(result["report"]) == {"bucket", "key"}
        assert result["report"]["key"] == f"promotions/{result['promotionId']}/report.json"
    for kind, told in result["kinds"].items():
        assert kind in ("dynamodb", "quicksight", "dms", "databricks")
        assert set(told) - {"items"} == {"counts", "findings"}, told
        assert isinstance(told["findings"], int)
        check_counts(told["counts"])
        if "items" in told:
            assert set(told["items"]) == ITEMS
            assert all(isinstance(count, int) and count >= 0 for count in told["items"].values())


def check_counts(counts: dict[str, int]) -> None:
    assert set(counts) == set(COUNTS)
    assert all(isinstance(count, int) and count >= 0 for count in counts.values())
    assert counts["planned"] == sum(counts[name] for name in ENDED), counts
    assert counts["verified"] + counts["mismatched"] in (0, counts["planned"]), counts


def check_message(message: str) -> None:
    """A message shows the wrong value and says what to change; it is no sentence with a final period."""
    assert message and not message.endswith("."), message


def counts(**given: int) -> dict[str, int]:
    """The whole set of counts, those not given being 0."""
    assert set(given) <= set(COUNTS)
    return {name: given.get(name, 0) for name in COUNTS}
