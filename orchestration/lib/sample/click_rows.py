"""Events become the clicks of the contract."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from orchestration.lib.sample import text, web
from orchestration.lib.sample.events import Clicks
from orchestration.lib.sample.ids import Ids, global_person
from orchestration.lib.sample.people import Ints, People

CONSENTS = ("", "granted", "denied")


def click_table(
    ids: Ids, people: People, queries: web.Queries, clicks: Clicks, event: Ints, orders_before: int
) -> pa.Table:
    """The clicks in the order given; `event` numbers events across the world (-1: no id)."""
    path = text.lookup([f"{web.SHOP}{page}" for page in web.PAGES], clicks.page)
    tagged = (clicks.query >= 0) | (clicks.click_id > 0)
    parameters = text.spread(_parameters(queries, clicks, np.flatnonzero(tagged)), tagged)
    # Every 29th address or so is typed in its own way.
    typed = clicks.at // 1_000 % 29
    engagement = clicks.engagement
    return pa.table(
        {
            "event_id": ids.events(event),
            "event_at": text.timestamps(clicks.at),
            "visitor_id": ids.visitors(clicks.visitor),
            "event_name": text.coded(web.EVENTS, clicks.name),
            "page_url": text.joined(path, parameters),
            "referrer_url": text.coded(web.REFERRERS, clicks.referrer),
            "user_agent": text.coded(web.BROWSERS, clicks.browser),
            "customer_id": ids.customers(global_person(people, clicks.customer)),
            "email": ids.emails(people, clicks.email, typed),
            "order_id": ids.orders(np.where(clicks.order >= 0, orders_before + clicks.order, -1)),
            "event_value": text.money(clicks.value, clicks.value >= 0),
            "engagement_seconds": pa.array(np.maximum(engagement, 0) / 10, mask=engagement < 0),
            "consent": text.coded(CONSENTS, clicks.consent),
        }
    )


def _parameters(queries: web.Queries, clicks: Clicks, rows: Ints) -> pa.Array:
    """Question mark, campaign parameters and click id of the chosen rows."""
    query = text.lookup(queries.texts, clicks.query[rows])
    has_query = query.is_valid().to_numpy(zero_copy_only=False)
    click_id = clicks.click_id[rows]
    marked = click_id > 0
    token = text.spread(text.hexadecimal(clicks.token[rows][marked].astype(np.uint64), 15), marked)
    identifier = text.joined(
        text.lookup(("", "&"), (has_query & marked).astype(np.int64)),
        text.lookup(("", *(f"{name}=" for name in web.CLICK_IDS[1:])), click_id),
        token,
    )
    return text.joined(text.lookup(("", "?"), (has_query | marked).astype(np.int64)), query, identifier)
