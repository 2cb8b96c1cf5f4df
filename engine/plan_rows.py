"""From a plan document, already checked, to the values of its rows.

Rule: pure; every name of the document that a row takes stands here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine import deadlines


def plan_id(plan: Mapping[str, Any]) -> str:
    """The id of the plan in the database: number, symbol and year of issue."""
    return f"{plan['number']}-{plan['symbol']}-{_day(plan['issued_on']):%Y}"


def plan_row(
    plan: Mapping[str, Any], document: Mapping[str, Any], checksum: str, imported_at: datetime
) -> dict[str, Any]:
    """The row of `plan`; `checksum` is that of the document."""
    shown = {"doc_type", "place", "signature", "legal_bases", "reporting_period_in_text"}
    details = {name: plan[name] for name in sorted(shown & set(plan))}
    return {
        "number": plan["number"],
        "symbol": plan["symbol"],
        "full_symbol": plan["full_symbol"],
        "title_vi": plan["title_vi"],
        "title_en": plan["title_en"],
        "issuer": plan["issuer"],
        "issued_on": _day(plan["issued_on"]),
        "end_date": _day(plan.get("end_date")),
        "details": details | {"recipients": document.get("recipients") or []},
        "checksum": checksum,
        "imported_at": imported_at,
    }


def agency_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `agency` of a named body."""
    return {
        "name_vi": row["name_vi"],
        "name_en": row["name_en"],
        "abbr": row.get("abbr"),
        "type": row["type"],
        "relation": row["relation"],
        "parent_code": row.get("parent"),
        "gso_code": None,
        "valid_from": _day(row.get("valid_from")),
        "valid_to": _day(row.get("valid_to")),
        "successor_code": row.get("successor"),
    }


def commune_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `agency` of a commune-level unit."""
    return {
        "name_vi": row["name_vi"],
        "name_en": row["name_en"],
        "abbr": "UBND",
        "type": row["kind"],
        "relation": "subordinate",
        "parent_code": "ubnd",
        "gso_code": row["gso_code"],
        "valid_from": None,
        "valid_to": None,
        "successor_code": None,
    }


def obligation_row(plan_id: str, position: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `obligation`; `position` is its place in the plan, from 1."""
    return {
        "plan_id": plan_id,
        "position": position,
        "code": row["code"],
        "display_id": row["id"],
        "source_clause": row["source_clause"],
        "title_vi": row["title_vi"],
        "title_en": row["title_en"],
        "leads": row["lead"],
        "coordinators": row["coordinators"],
        "nature": row["nature"],
        "process_key": row["process_key"],
        "assignment_mode": row["assignment_mode"],
        "fan_out": row["fan_out"],
        "evidence": row["evidence"],
        "report_to": row["report_to"],
        "period": row.get("period"),
        "content_tags": row.get("content_lines") or [],
        "channel_tags": row.get("channels") or [],
        "parts": row.get("parts") or [],
    }


def _day(value: Any) -> Any:
    return deadlines.as_date(value) if value else None
