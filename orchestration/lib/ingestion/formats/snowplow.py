"""`clicks/snowplow`: Snowplow's enriched (atomic) events: the pipeline's TSV, or a CSV export of
`atomic.events`.

The TSV has 131 columns and no header (one is understood); the CSV has a header and its columns in any order.

- `event_at` is `derived_tstamp`, else `collector_tstamp`; `visitor_id` is `domain_userid`, else
  `network_userid`.
- A `page_ping` is a heartbeat: it counts as 10 engaged seconds, which is the trackers' usual setting.
- Structured events are named by their action, self-describing ones by their schema; transactions are
  `purchase`.
- `user_ipaddress` is not read.
"""

from __future__ import annotations

from orchestration.lib.ingestion.formats.base import Column, Csv, Format, Output
from orchestration.lib.ingestion.formats.expressions import event_name, rounded, with_campaign, with_unknown

HEARTBEAT_SECONDS = 10

# The canonical order of the enriched TSV.
_TSV = tuple(
    [
        "app_id",
        "platform",
        "etl_tstamp",
        "collector_tstamp",
        "dvce_created_tstamp",
        "event",
        "event_id",
        "txn_id",
        "name_tracker",
        "v_tracker",
        "v_collector",
        "v_etl",
        "user_id",
        "user_ipaddress",
        "user_fingerprint",
        "domain_userid",
        "domain_sessionidx",
        "network_userid",
        "geo_country",
        "geo_region",
        "geo_city",
        "geo_zipcode",
        "geo_latitude",
        "geo_longitude",
        "geo_region_name",
        "ip_isp",
        "ip_organization",
        "ip_domain",
        "ip_netspeed",
        "page_url",
        "page_title",
        "page_referrer",
        "page_urlscheme",
        "page_urlhost",
        "page_urlport",
        "page_urlpath",
        "page_urlquery",
        "page_urlfragment",
        "refr_urlscheme",
        "refr_urlhost",
        "refr_urlport",
        "refr_urlpath",
        "refr_urlquery",
        "refr_urlfragment",
        "refr_medium",
        "refr_source",
        "refr_term",
        "mkt_medium",
        "mkt_source",
        "mkt_term",
        "mkt_content",
        "mkt_campaign",
        "contexts",
        "se_category",
        "se_action",
        "se_label",
        "se_property",
        "se_value",
        "unstruct_event",
        "tr_orderid",
        "tr_affiliation",
        "tr_total",
        "tr_tax",
        "tr_shipping",
        "tr_city",
        "tr_state",
        "tr_country",
        "ti_orderid",
        "ti_sku",
        "ti_name",
        "ti_category",
        "ti_price",
        "ti_quantity",
        "pp_xoffset_min",
        "pp_xoffset_max",
        "pp_yoffset_min",
        "pp_yoffset_max",
        "useragent",
        "br_name",
        "br_family",
        "br_version",
        "br_type",
        "br_renderengine",
        "br_lang",
        "br_features_pdf",
        "br_features_flash",
        "br_features_java",
        "br_features_director",
        "br_features_quicktime",
        "br_features_realplayer",
        "br_features_windowsmedia",
        "br_features_gears",
        "br_features_silverlight",
        "br_cookies",
        "br_colordepth",
        "br_viewwidth",
        "br_viewheight",
        "os_name",
        "os_family",
        "os_manufacturer",
        "os_timezone",
        "dvce_type",
        "dvce_ismobile",
        "dvce_screenwidth",
        "dvce_screenheight",
        "doc_charset",
        "doc_width",
        "doc_height",
        "tr_currency",
        "tr_total_base",
        "tr_tax_base",
        "tr_shipping_base",
        "ti_currency",
        "ti_price_base",
        "base_currency",
        "geo_timezone",
        "mkt_clickid",
        "mkt_network",
        "etl_tags",
        "dvce_sent_tstamp",
        "refr_domain_userid",
        "refr_dvce_tstamp",
        "derived_contexts",
        "domain_sessionid",
        "derived_tstamp",
        "event_vendor",
        "event_name",
        "event_format",
        "event_version",
        "event_fingerprint",
        "true_tstamp",
    ]
)
_REQUIRED = ("event_id", "event", "collector_tstamp")
_READ = (
    *(
        "derived_tstamp",
        "domain_userid",
        "network_userid",
        "event_name",
        "se_action",
        "se_category",
        "se_label",
    ),
    *(
        "se_property",
        "se_value",
        "page_url",
        "page_title",
        "page_referrer",
        "useragent",
        "user_id",
        "tr_orderid",
    ),
    *(
        "tr_total",
        "tr_currency",
        "mkt_source",
        "mkt_medium",
        "mkt_campaign",
        "mkt_content",
        "mkt_term",
        "app_id",
    ),
    *("platform", "domain_sessionid", "domain_sessionidx"),
)

FORMATS = (
    Format(
        dataset="clicks",
        name="snowplow",
        readers={".tsv": Csv(delimiter="\t", quoted=False, names=_TSV), ".csv": Csv()},
        columns=(*(Column(name, required=True) for name in _REQUIRED), *(Column(name) for name in _READ)),
        ignored=tuple(name for name in _TSV if name not in _REQUIRED and name not in _READ),
        outputs=(
            Output(
                "clicks",
                {
                    "event_id": "event_id",
                    "event_at": "coalesce(derived_tstamp, collector_tstamp)",
                    "visitor_id": "coalesce(nullif(domain_userid, ''), network_userid)",
                    "event_name": f"""case event
                        when 'page_view' then 'page_view'
                        when 'page_ping' then 'page_ping'
                        when 'transaction' then 'purchase'
                        when 'struct' then coalesce({event_name("se_action")}, 'struct')
                        when 'unstruct' then coalesce({event_name("event_name")}, 'unstruct')
                        else event
                    end""",
                    "page_url": with_campaign(
                        "page_url", "mkt_source", "mkt_medium", "mkt_campaign", "mkt_content", "mkt_term"
                    ),
                    "referrer_url": "page_referrer",
                    "user_agent": "useragent",
                    "customer_id": "user_id",
                    "order_id": "tr_orderid",
                    "event_value": rounded("coalesce(tr_total, se_value)"),
                    "engagement_seconds": f"case event when 'page_ping' then {HEARTBEAT_SECONDS}::double end",
                },
                extra=with_unknown(
                    {
                        "app_id": "app_id",
                        "platform": "platform",
                        "event": "event",
                        "page_title": "page_title",
                        "domain_sessionid": "domain_sessionid",
                        "domain_sessionidx": "domain_sessionidx",
                        "se_category": "se_category",
                        "se_label": "se_label",
                        "se_property": "se_property",
                        "currency": "tr_currency",
                    }
                ),
            ),
        ),
    ),
)
assert len(_TSV) == 131, "the enriched TSV has 131 columns"
