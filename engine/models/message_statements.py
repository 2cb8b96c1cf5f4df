"""The prepared statements of what a step waits for and throws: they run only in steps that do either."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select, update

from engine.models.columns import table_of
from engine.models.message import Message
from engine.models.prepared import Prepared
from engine.models.subscription import EventSubscription

_subscription = table_of(EventSubscription)
_message = table_of(Message)

INSERT_SUBSCRIPTION = Prepared(insert(_subscription).values({c.key: bindparam(c.key) for c in _subscription.c}))
DELETE_SUBSCRIPTION = Prepared(delete(_subscription).where(_subscription.c.id == bindparam("subscription_id")))
DELETE_SUBSCRIPTIONS_OF = Prepared(delete(_subscription).where(_subscription.c.instance_id == bindparam("of_instance")))
FIND_SUBSCRIPTION = Prepared(
    select(_subscription.c.id, _subscription.c.element_id).where(_subscription.c.id == bindparam("subscription_id"))
)
RENAME_SUBSCRIPTION = Prepared(
    update(_subscription)
    .where(_subscription.c.id == bindparam("subscription_id"))
    .values(element_id=bindparam("new_element_id"))
)
INSERT_THROWN = Prepared(insert(_message).values({c.key: bindparam(c.key) for c in _message.c}))
