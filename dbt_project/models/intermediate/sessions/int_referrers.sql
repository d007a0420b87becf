{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='referrer_url') }}

{%- set own_domains = var('own_domains') | map('lower') | list -%}

-- depends_on: {{ ref('int_changed_entries') }}
-- depends_on: {{ ref('int_session_entries') }}
-- Each referring address is parsed once, however many sessions it began.
with addresses as (
    select distinct referrer_url
    from {{ entries_to_build() }}
    where referrer_url is not null
),

referrers as (
    select referrer_url, {{ url_host('referrer_url') }} as referrer_host
    from addresses
),

hosts as (
    select distinct referrer_host
    from referrers
    where referrer_host is not null
),

-- A host that the lists do not know is looked up under its parent domains, the nearest first.
candidates as (
    select referrer_host, referrer_host as candidate_host, 0 as distance from hosts
    {% for distance in range(1, 4) -%}
    union
    select referrer_host, regexp_replace(referrer_host, '^([^.]+[.]){{ '{' ~ distance ~ '}' }}', ''), {{ distance }} from hosts
    {% endfor %}
),

own_hosts as (
    select distinct {{ url_host('destination_url') }} as host
    from {{ ref('stg_registry__tracking_links') }}
    {% for domain in own_domains -%}
    union
    select '{{ dbt.escape_single_quotes(domain) }}' as host
    {% endfor %}
),

listed as (
    select lower(host) as host, 'spam' as category, lower(host) as canonical_source, false as is_excluded, 0 as priority
    from {{ ref('referrer_spam') }}
    union all
    select lower(host), 'coupon', lower(host), false, 1
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
        candidates.referrer_host,
        listed.category,
        listed.canonical_source,
        listed.is_excluded,
        row_number() over (
            partition by candidates.referrer_host order by candidates.distance, listed.priority, listed.host
        ) as match_rank
    from candidates
    inner join listed on candidates.candidate_host = listed.host
),

own as (
    select distinct candidates.referrer_host
    from candidates
    inner join own_hosts on candidates.candidate_host = own_hosts.host
),

judged as (
    select
        hosts.referrer_host,
        matched.category,
        coalesce(matched.canonical_source, hosts.referrer_host) as source,
        coalesce(matched.is_excluded, false) or own.referrer_host is not null as is_excluded
    from hosts
    left join matched on hosts.referrer_host = matched.referrer_host and matched.match_rank = 1
    left join own on hosts.referrer_host = own.referrer_host
)

select
    referrers.referrer_url,
    referrers.referrer_host,
    judged.category,
    judged.source,
    judged.is_excluded
from referrers
inner join judged on referrers.referrer_host = judged.referrer_host
