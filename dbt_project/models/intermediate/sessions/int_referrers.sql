{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='referrer_url') }}

{%- set own_domains = var('own_domains') | map('lower') | list -%}

-- Each referring address is parsed once, however many sessions it began.
with addresses as (
    select distinct referrer_url
    from {{ ref('int_session_entries') }}
    where referrer_url is not null and {{ changed_only('visitor_key', ref('int_changed_visitors')) }}
),

referrers as (
    select referrer_url, {{ url_host('referrer_url') }} as referrer_host
    from addresses
),

hosts as (
    select distinct
        referrer_host,
        regexp_replace(referrer_host, '^[^.]+\.', '') as parent_host
    from referrers
    where referrer_host is not null
),

own_hosts as (
    select distinct {{ url_host('destination_url') }} as host
    from {{ ref('stg_registry__tracking_links') }}
    {% for domain in own_domains -%}
    union
    select '{{ domain | replace("'", "''") }}' as host
    {% endfor %}
),

-- A host that the lists do not know is looked up under its parent domain.
listed as (
    select lower(host) as host, 'coupon' as category, lower(host) as canonical_source, false as is_excluded, 1 as priority
    from {{ ref('coupon_sites') }}
    union all
    select lower(host), 'excluded', lower(host), true, 2
    from {{ ref('excluded_referrers') }}
    union all
    select lower(source), category, lower(coalesce(canonical_source, source)), false, 3
    from {{ ref('source_categories') }}
),

matched as (
    select
        hosts.referrer_host,
        listed.category,
        listed.canonical_source,
        listed.is_excluded,
        row_number() over (
            partition by hosts.referrer_host
            order by case when listed.host = hosts.referrer_host then 0 else 1 end, listed.priority, listed.host
        ) as match_rank
    from hosts
    inner join listed on listed.host = hosts.referrer_host or listed.host = hosts.parent_host
),

judged as (
    select
        hosts.referrer_host,
        matched.category,
        coalesce(matched.canonical_source, hosts.referrer_host) as source,
        coalesce(matched.is_excluded, false)
        or exists (
            select 1 from own_hosts
            where own_hosts.host = hosts.referrer_host or own_hosts.host = hosts.parent_host
        ) as is_excluded
    from hosts
    left join matched on hosts.referrer_host = matched.referrer_host and matched.match_rank = 1
)

select
    referrers.referrer_url,
    referrers.referrer_host,
    judged.category,
    judged.source,
    judged.is_excluded
from referrers
inner join judged on referrers.referrer_host = judged.referrer_host
