"""`clicks/ga4`: the BigQuery export of Google Analytics 4, as JSON lines or Parquet.

One event a row with nested `event_params`; `event_timestamp` counts microseconds.

- GA4 gives no event id: equal rows are one event.
- `page_url` is the parameter `page_location`. Where that names no campaign and `collected_traffic_source`
  does (as after a redirect that lost the query), the campaign is written into the URL.
- `customer_id` is `user_id`; `consent` is `privacy_info.analytics_storage` (Yes: granted, No: denied).
- `event_value` is `ecommerce.purchase_revenue`, else the parameter `value`, rounded to 4 places: it is a
  float at its source. What an order is worth comes from the shop.
- `engagement_seconds` is the parameter `engagement_time_msec`.
"""

from __future__ import annotations

from orchestration.lib.ingestion.formats.base import Format, JsonDocument, Jsonl, Output, Parquet
from orchestration.lib.ingestion.formats.expressions import json_list, json_object_of, rounded, with_campaign


def _param(name: str) -> str:
    value = f"list_filter(params, lambda p: (p->>'$.key') = '{name}')[1]->'$.value'"
    kinds = ("string_value", "int_value", "double_value", "float_value")
    return "coalesce(" + ", ".join(f"nullif({value}->>'$.{kind}', '')" for kind in kinds) + ")"


_SOURCE = "j->'$.collected_traffic_source'"
_CAMPAIGN = [
    f"nullif({_SOURCE}->>'$.manual_{name}', '')"
    for name in ("source", "medium", "campaign_name", "content", "term")
]
_ROWS = f"""
(
    select
        *,
        j->>'$.event_timestamp' as stamp,
        {_param("page_location")} as url,
        {_param("page_referrer")} as referrer,
        {_param("transaction_id")} as transaction,
        {_param("value")} as amount,
        {_param("currency")} as currency,
        {_param("engagement_time_msec")} as engaged_ms,
        {_param("ga_session_id")} as session_id,
        {_param("gclid")} as gclid,
    from (select *, {json_list("j->'$.event_params'")} as params from {{src}})
)
"""
_ORDER = "nullif(nullif(coalesce(j->>'$.ecommerce.transaction_id', transaction), ''), '(not set)')"

FORMATS = (
    Format(
        dataset="clicks",
        name="ga4",
        shape="json",
        readers={".jsonl": Jsonl(), ".json": JsonDocument(), ".parquet": Parquet()},
        rows=_ROWS,
        recognised=(
            "stamp is not null and (j->>'$.event_name') is not null",
            "an event of GA4's BigQuery export",
        ),
        rejects=(
            (
                "stamp is not null and try_cast(stamp as bigint) is null",
                "event_timestamp",
                "event_timestamp: not a time in microseconds",
            ),
        ),
        outputs=(
            Output(
                "clicks",
                {
                    "event_at": "make_timestamp(try_cast(stamp as bigint))",
                    "visitor_id": "j->>'$.user_pseudo_id'",
                    "event_name": "j->>'$.event_name'",
                    "page_url": with_campaign("url", *_CAMPAIGN),
                    "referrer_url": "referrer",
                    "customer_id": "j->>'$.user_id'",
                    "order_id": _ORDER,
                    "event_value": rounded("coalesce(j->>'$.ecommerce.purchase_revenue', amount)"),
                    "engagement_seconds": "coalesce(cast(try_cast(engaged_ms as double) / 1000 as varchar),"
                    " engaged_ms)",
                    "consent": """case lower(j->>'$.privacy_info.analytics_storage')
                        when 'yes' then 'granted' when 'no' then 'denied' end""",
                },
                extra=json_object_of(
                    {
                        "ga_session_id": "session_id",
                        "currency": "currency",
                        "gclid": f"coalesce(nullif({_SOURCE}->>'$.gclid', ''), gclid)",
                        "platform": "j->>'$.platform'",
                        "stream_id": "j->>'$.stream_id'",
                        "device_category": "j->>'$.device.category'",
                        "country": "j->>'$.geo.country'",
                        "batch_event_index": "j->>'$.batch_event_index'",
                        "event_bundle_sequence_id": "j->>'$.event_bundle_sequence_id'",
                    }
                ),
            ),
        ),
    ),
)
