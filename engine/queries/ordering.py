"""The order of a list and the place where its next page begins.

Rule: an order is total, for the id breaks ties, so that pages join without gap or repeat; what has no value comes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from engine.runtime import Transaction

Ts = TypeVarTuple("Ts")
_LAST: dict[type[date], date] = {date: date(9000, 1, 1), datetime: datetime(9000, 1, 1, tzinfo=UTC)}
_FIRST: dict[type[date], date] = {date: date(1, 1, 1), datetime: datetime(1800, 1, 1, tzinfo=UTC)}


@dataclass(frozen=True)
class Order:
    """By a column of dates or instants (`kind`), ascending or descending, and then by id the same way.

    `nullable` columns are compared as if what is missing were at the far end.
    """

    column: InstrumentedAttribute[Any]
    id: InstrumentedAttribute[str]
    kind: type[date]
    descending: bool = False
    nullable: bool = False

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.key

    @property
    def value(self) -> ColumnElement[Any]:
        """What is compared."""
        if not self.nullable:
            return self.column.expression
        stand_in: ColumnElement[Any] = func.coalesce(self.column, literal(self.stand_in, self.column.type))
        return stand_in

    @property
    def stand_in(self) -> Any:
        """The value that stands for a missing one."""
        return (_FIRST if self.descending else _LAST)[self.kind]

    def by(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """For ORDER BY."""
        if self.descending:
            return self.value.desc(), self.id.desc()
        return self.value.asc(), self.id.asc()

    def after(self, place: tuple[Any, str]) -> ColumnElement[bool]:
        """What comes after the row with that value and id."""
        value, row_id = place
        at = literal(value, self.column.type)
        if self.descending:
            return or_(self.value < at, and_(self.value == at, self.id < row_id))
        return or_(self.value > at, and_(self.value == at, self.id > row_id))

    def cut(self, query: Select[*Ts], after: tuple[Any, str] | None, limit: int) -> Select[*Ts]:
        """Up to `limit` rows of a query in this order, after the place of another (None: from the beginning)."""
        ordered = query.order_by(*self.by()).limit(limit)
        return ordered.where(self.after(after)) if after else ordered

    def place(self, value: Any, row_id: str) -> tuple[Any, str]:
        """Where a row with that value stands, for the cursor."""
        return (self.stand_in if value is None else value), row_id


def count_of(tx: Transaction, query: Select[Any]) -> int:
    """How many rows a query gives in all."""
    return tx.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
