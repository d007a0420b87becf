{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='page_url') }}

-- depends_on: {{ ref('int_build_fingerprint') }}

-- depends_on: {{ ref('click_ids') }}
{%- set click_ids = click_id_names(ref('click_ids')) %}
{%- set marker = '(?i)[?&#;](?:utm_(?:source|medium|campaign|content|term)|' ~ click_ids | sum(start=[]) | join('|') ~ ')=' %}

-- Each address that carries campaign parameters is parsed once, however often it was requested.
with addresses as (
    select {{ grouped('page_url') }} as page_url
    from {{ source('raw', 'clicks') }}
    where {{ new_files() }} and page_url like '%=%' and {{ partial_match('page_url', "'" ~ marker ~ "'") }}
    group by page_url
),

parsed as (
    select
        page_url,
        lower({{ query_param('page_url', 'utm_source') }}) as utm_source,
        lower({{ query_param('page_url', 'utm_medium') }}) as utm_medium,
        lower({{ query_param('page_url', 'utm_campaign') }}) as utm_campaign,
        lower({{ query_param('page_url', 'utm_content') }}) as utm_content,
        -- An advertisement's id before one that any shared link may carry, wherever they stand.
        lower(coalesce(
            {% for names in click_ids -%}
            nullif(regexp_extract(page_url, '(?i)[?&#;]({{ names | join("|") }})=[^&#]', 1), '')
            {%- if not loop.last %},{% endif %}
            {% endfor -%}
        )) as click_id
    from addresses
)

select
    page_url,
    -- Published with the sessions.
    {{ without_emails('utm_source', 'utm_source') }} as utm_source,
    {{ without_emails('utm_medium', 'utm_medium') }} as utm_medium,
    {{ without_emails('utm_campaign', 'utm_campaign') }} as utm_campaign,
    {{ without_emails('utm_content', 'utm_content') }} as utm_content,
    click_id,
    {{ key64(['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', "case when utm_source is null then click_id end"]) }}
        as campaign_key
from parsed
where coalesce(utm_source, utm_medium, utm_campaign, utm_content, click_id) is not null
