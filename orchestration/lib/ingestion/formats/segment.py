"""`clicks/segment`: the calls that Segment (or RudderStack, or Jitsu) stores, one JSON object a call.

`page` calls become `page_view`, `screen` calls `screen_view`; a `track` call keeps its event's name in snake
case, with the events of the ecommerce specification in our words (`Order Completed` is `purchase`).
`identify`, `group` and `alias` calls are kept under their own name, because they say who a visitor is.

The e-mail is looked for in the traits and in `properties.email`. `context.ip` is not read. What else is in
`properties` goes to `extra`.
"""

from __future__ import annotations

from orchestration.lib.ingestion.formats.base import Format, JsonDocument, Jsonl, Output
from orchestration.lib.ingestion.formats.expressions import (
    TEXT,
    event_name,
    json_object_of,
    rounded,
    with_campaign,
)
from orchestration.lib.ingestion.privacy import clean_extra_sql

_CATEGORIES = ("Analytics", "analytics", "Performance", "C0002")
_STRUCTURE = {
    **dict.fromkeys(
        ("type", "messageId", "timestamp", "originalTimestamp", "receivedAt", "anonymousId"), TEXT
    ),
    **dict.fromkeys(("userId", "event", "name"), TEXT),
    "properties": "JSON",
    "traits": {"email": TEXT},
    "context": {
        "page": {"url": TEXT, "referrer": TEXT},
        "userAgent": TEXT,
        "campaign": dict.fromkeys(("source", "medium", "name", "content", "term"), TEXT),
        "traits": {"email": TEXT},
        "consent": {"categoryPreferences": "JSON"},
    },
}
_URL = "coalesce(nullif(j.context.page.url, ''), nullif(j.properties->>'$.url', ''))"
_CAMPAIGN = [
    f"nullif(j.context.campaign.{name}, '')" for name in ("source", "medium", "name", "content", "term")
]
_PREFERENCE = "j.context.consent.categoryPreferences"
_ANALYTICS = "coalesce(" + ", ".join(f"{_PREFERENCE}->>'$.{name}'" for name in _CATEGORIES) + ")"
# Read into a field of its own, or the same for every call of a page.
_MAPPED = '{"url": null, "referrer": null, "path": null, "search": null, "email": null}'

FORMATS = (
    Format(
        dataset="clicks",
        name="segment",
        shape="json",
        structure=_STRUCTURE,
        readers={".json": JsonDocument(), ".jsonl": Jsonl()},
        # The storage destinations name their files 1410912000000_<id>.gz.
        name_pattern=r"[^.]+",
        recognised=("(j.type) is not null", "a Segment call (no type)"),
        outputs=(
            Output(
                "clicks",
                {
                    "event_id": "j.messageId",
                    "event_at": "coalesce(j.timestamp, j.originalTimestamp, j.receivedAt)",
                    "visitor_id": "j.anonymousId",
                    "event_name": f"""case j.type
                        when 'page' then 'page_view'
                        when 'screen' then 'screen_view'
                        when 'track' then {event_name("j.event")}
                        else j.type
                    end""",
                    "page_url": with_campaign(_URL, *_CAMPAIGN),
                    "referrer_url": "coalesce(nullif(j.context.page.referrer, ''),"
                    " nullif(j.properties->>'$.referrer', ''))",
                    "user_agent": "j.context.userAgent",
                    "customer_id": "j.userId",
                    "email": "coalesce(j.traits.email, j.context.traits.email, j.properties->>'$.email')",
                    "order_id": "coalesce(j.properties->>'$.order_id', j.properties->>'$.orderId')",
                    "event_value": rounded(
                        "coalesce(j.properties->>'$.revenue', j.properties->>'$.total',"
                        " j.properties->>'$.value')"
                    ),
                    "consent": f"case {_ANALYTICS} when 'true' then 'granted' when 'false' then 'denied' end",
                },
                extra=clean_extra_sql(
                    json_object_of(
                        {
                            "type": "j.type",
                            "event": "j.event",
                            "name": "j.name",
                            "properties": f"json_merge_patch(j.properties, '{_MAPPED}')",
                        }
                    )
                ),
            ),
        ),
    ),
)
