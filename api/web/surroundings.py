"""What a form offers to choose from: agencies in force, obligations, content lines, the files of the case.

Rule: asked for only where the form has such a field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext

from api.web.catalogues import said
from api.web.fields import Choice, Surroundings
from api.web.showing import named
from engine import deadlines, figures
from engine.forms import Field, Form
from engine.queries import directory, evidence, plans, publications, reports, rounds
from engine.queries.directory import AgencyFilter, PersonFilter
from engine.runtime import Transaction

_MANY = 1000
_NOTHING: Mapping[str, Any] = {}
_KINDS = {"content_tags": "content", "channel_tags": "channel"}


def of_form(
    tx: Transaction, form: Form, variables: Mapping[str, Any] = _NOTHING, instance_id: str | None = None
) -> Surroundings:
    """The choices and the figures of a form, in a case with these variables (None: a case that is to be begun)."""
    choices = {name: offered for name, offered in _offered(tx, form, instance_id) if offered}
    return Surroundings(choices, figures_of(tx, form, variables))


def figures_of(tx: Transaction, form: Form, variables: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of the data form of the report that the case is about; none where the form asks for no figures."""
    if not any(field.type == "figures" for field in form.fields) or not variables.get("report"):
        return ()
    found = rounds.report_round(tx, reports.report(tx, variables["report"]).round_id)
    return figures.form_of(rounds.regime_of(tx, found).data_form).fields


def _offered(tx: Transaction, form: Form, instance_id: str | None) -> Iterator[tuple[str, Sequence[Choice]]]:
    types = {field.type for field in form.fields}
    if types & {"agency", "agencies"}:
        agencies = _agencies(tx)
        yield from (("agency", agencies), ("agencies", agencies))
    if "person" in types:
        yield "person", [Choice(p.id, p.full_name) for p in directory.people(tx, PersonFilter(), limit=_MANY)]
    if "evidence" in types and instance_id is not None:
        yield "evidence", [Choice(f.id, f.file_name) for f in evidence.files_of(tx, instance_id)]
    asked = {field.id for field in form.fields}
    if "channels" in asked:
        yield "channels", [Choice(code, said(*names)) for code, names in publications.CHANNELS.items()]
    if "obligation" in asked or "tags" in types:
        yield from _of_plans(tx, asked)


def _agencies(tx: Transaction) -> list[Choice]:
    today = deadlines.local_date(tx.now)
    found = directory.agencies(tx, AgencyFilter(at=today), limit=_MANY)
    groups = {"ward": gettext("Phường"), "commune": gettext("Xã")}
    listed = [Choice(a.code, named(a), groups.get(a.type, gettext("Sở, ban, ngành và cơ quan khác"))) for a in found]
    return sorted(listed, key=lambda choice: (choice.group in groups.values(), choice.group))


def _of_plans(tx: Transaction, asked: set[str]) -> Iterator[tuple[str, Sequence[Choice]]]:
    for plan in plans.plans(tx, limit=1):
        if "obligation" in asked:
            found = plans.obligations(tx, plan.id, limit=_MANY)
            yield "obligation", [Choice(o.id, f"{o.display_id}. {named(o)}", plan.full_symbol) for o in found]
        tags = plans.tags(tx, plan.id)
        for field, kind in _KINDS.items():
            if field in asked:
                yield field, [Choice(t.code, said(t.title_vi, t.title_en)) for t in tags if t.kind == kind]
