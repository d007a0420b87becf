r"""`clicks/weblog`: the combined access log of Apache and nginx, with or without a virtual host in front.

    [vhost] address ident user [17/May/2015:10:05:03 +0000] "GET /path?query HTTP/1.1" 200 5120 "referrer"
    "agent"

A log knows no visitor: `visitor_id` is a keyed hash of address and user agent, and the address itself is not
kept. `event_name` says what was asked for: `page_view` (a GET that succeeded), `asset` (style sheets,
scripts, images, fonts, feeds, robots.txt), `error` (status 400 and above), `request` (any other method, or no
HTTP at all). There is no event id, so two identical lines are one event.
"""

from __future__ import annotations

from orchestration.lib.ingestion.formats.base import Format, Lines, Output
from orchestration.lib.ingestion.formats.expressions import json_object_of
from orchestration.lib.ingestion.privacy import hmac_sql

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_PATTERN = (
    r"^(?:(\S+) )?(\S+) \S+ \S+(?: \S+)? \[([^\]]+)\] "
    + _QUOTED
    + r" (\d{3}) (\d+|-)(?: "
    + _QUOTED
    + r" "
    + _QUOTED
    + r")?(?:\s.*)?$"
)
_NAMES = "['vhost', 'address', 'logged_at', 'request', 'status', 'bytes', 'referrer', 'agent']"
# What a page pulls in, or a machine asks for by itself; a person does not visit it.
_ASSET = (
    r"\.(?:css|js|mjs|map|json|xml|rss|atom|txt|ico|png|jpe?g|gif|svg|webp|avif|bmp|woff2?|ttf|otf|eot|mp[34]|"
    r"m4[av]|webm|ogg|wav|pdf|zip|gz|tgz|jar|exe|dmg|swf|wasm|webmanifest)$"
)
_FEED = r"(?:^|/)(?:feed|rss|atom|robots\.txt|favicon\.ico|sitemap[^/]*)/?$"

_ROWS = f"""
(
    select
        _row, _line, _bad, line,
        p.address as address, p.logged_at as logged_at, p.request as request, p.vhost as vhost,
        cast(nullif(p.status, '') as integer) as status,
        nullif(nullif(p.bytes, '-'), '') as bytes,
        nullif(nullif(p.referrer, '-'), '') as referrer,
        nullif(nullif(p.agent, '-'), '') as agent,
        string_split(p.request, ' ')[1] as method,
        nullif(string_split(p.request, ' ')[2], '') as path,
        lower(regexp_extract(string_split(p.request, ' ')[2], '^[^?#]*')) as bare_path,
    from (select *, regexp_extract(line, '{_PATTERN}', {_NAMES}) as p from {{src}})
)
"""
_IS_ASSET = f"(regexp_matches(bare_path, '{_ASSET}') or regexp_matches(bare_path, '{_FEED}'))"

FORMATS = (
    Format(
        dataset="clicks",
        name="weblog",
        shape="lines",
        readers={".log": Lines(), ".txt": Lines()},
        # access_log, access.log.1, access.log-20240131
        name_pattern=r".*log([.-]?\d+)*",
        rows=_ROWS,
        recognised=("address <> ''", "a combined access log line"),
        outputs=(
            Output(
                "clicks",
                {
                    "event_at": "try_strptime(logged_at, '%d/%b/%Y:%H:%M:%S %z')",
                    "visitor_id": hmac_sql("(address || chr(31) || coalesce(agent, ''))"),
                    "event_name": f"""case
                        when status >= 400 then 'error'
                        when method <> 'GET' or path is null then 'request'
                        when {_IS_ASSET} then 'asset'
                        else 'page_view'
                    end""",
                    "page_url": "path",
                    "referrer_url": "referrer",
                    "user_agent": "agent",
                },
                extra=json_object_of(
                    {
                        "status": "status",
                        "bytes": "cast(bytes as bigint)",
                        "method": "nullif(method, '')",
                        "host": "nullif(vhost, '')",
                    }
                ),
            ),
        ),
    ),
)
