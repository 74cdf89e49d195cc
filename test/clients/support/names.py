"""Names that no other test uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Names:
    """The names of one test: a promotion id, and tables that differ in their prefix by environment."""

    promotion: str

    def dev(self, table: str) -> str:
        return f"DEV-{self.promotion}-{table}"

    def prod(self, table: str) -> str:
        return f"PROD-{self.promotion}-{table}"

    def request(self, *tables: Any, mode: str = "migrate", **members: Any) -> dict[str, Any]:
        """An input that promotes these tables from dev to prod; `dynamodb` adds to what it says of that kind."""
        dynamodb = members.pop("dynamodb", {})
        return {
            "mode": mode,
            "source": "dev",
            "destination": "prod",
            "promotionId": self.promotion,
            "kinds": {
                "dynamodb": {
                    "tables": [table if isinstance(table, dict) else self.dev(table) for table in tables],
                    "rename": {"prefix": {"from": "DEV-", "to": "PROD-"}},
                    **dynamodb,
                }
            },
            **members,
        }
