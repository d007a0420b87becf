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
from orchestration.lib.ingestion.formats.expressions import TEXT, json_object_of, rounded, with_campaign

_VALUE = {"string_value": TEXT, "int_value": TEXT, "double_value": TEXT, "float_value": TEXT}
_TRAFFIC = ("manual_source", "manual_medium", "manual_campaign_name", "manual_content", "manual_term")
_STRUCTURE = {
    **dict.fromkeys(
        ("event_timestamp", "event_name", "user_id", "user_pseudo_id", "platform", "stream_id"), TEXT
    ),
    **dict.fromkeys(("batch_event_index", "event_bundle_sequence_id"), TEXT),
    "event_params": [{"key": TEXT, "value": _VALUE}],
    "collected_traffic_source": {**dict.fromkeys(_TRAFFIC, TEXT), "gclid": TEXT},
    "ecommerce": {"transaction_id": TEXT, "purchase_revenue": TEXT},
    "privacy_info": {"analytics_storage": TEXT},
    "device": {"category": TEXT},
    "geo": {"country": TEXT},
}


def _param(name: str) -> str:
    value = f"list_filter(j.event_params, lambda p: p.key = '{name}')[1].value"
    return "coalesce(" + ", ".join(f"nullif({value}.{kind}, '')" for kind in _VALUE) + ")"


_CAMPAIGN = [f"nullif(j.collected_traffic_source.{name}, '')" for name in _TRAFFIC]
_ROWS = f"""
(
    select
        *,
        j.event_timestamp as stamp,
        {_param("page_location")} as url,
        {_param("page_referrer")} as referrer,
        {_param("transaction_id")} as transaction,
        {_param("value")} as amount,
        {_param("currency")} as currency,
        {_param("engagement_time_msec")} as engaged_ms,
        {_param("ga_session_id")} as session_id,
        {_param("gclid")} as gclid,
    from {{src}}
)
"""
_ORDER = "nullif(nullif(coalesce(j.ecommerce.transaction_id, transaction), ''), '(not set)')"

FORMATS = (
    Format(
        dataset="clicks",
        name="ga4",
        shape="json",
        readers={".jsonl": Jsonl(), ".json": JsonDocument(), ".parquet": Parquet()},
        structure=_STRUCTURE,
        rows=_ROWS,
        recognised=(
            "stamp is not null and (j.event_name) is not null",
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
                    "visitor_id": "j.user_pseudo_id",
                    "event_name": "j.event_name",
                    "page_url": with_campaign("url", *_CAMPAIGN),
                    "referrer_url": "referrer",
                    "customer_id": "j.user_id",
                    "order_id": _ORDER,
                    "event_value": rounded("coalesce(j.ecommerce.purchase_revenue, amount)"),
                    "engagement_seconds": "coalesce(cast(try_cast(engaged_ms as double) / 1000 as varchar),"
                    " engaged_ms)",
                    "consent": """case lower(j.privacy_info.analytics_storage)
                        when 'yes' then 'granted' when 'no' then 'denied' end""",
                },
                extra=json_object_of(
                    {
                        "ga_session_id": "session_id",
                        "currency": "currency",
                        "gclid": "coalesce(nullif(j.collected_traffic_source.gclid, ''), gclid)",
                        "platform": "j.platform",
                        "stream_id": "j.stream_id",
                        "device_category": "j.device.category",
                        "country": "j.geo.country",
                        "batch_event_index": "j.batch_event_index",
                        "event_bundle_sequence_id": "j.event_bundle_sequence_id",
                    }
                ),
            ),
        ),
    ),
)
