with kept_duplicates as (
    select *
    from {{ ref('stg_web__duplicate_events') }}
    where is_kept
),

single_events as (
    select clicks.*
    from {{ source('raw', 'clicks') }} as clicks
    where
        not exists (
            select 1
            from {{ ref('stg_web__duplicate_events') }} as duplicates
            where duplicates.raw_event_key = clicks.event_key
        )
),

events as (
    select
        event_key, event_id, event_at, visitor_id, visitor_key, event_name, page_url, referrer_url, user_agent,
        customer_id, email_hash, order_id, event_value, engagement_seconds, consent, _file_id
    from single_events
    union all
    select
        event_key, event_id, event_at, visitor_id, visitor_key, event_name, page_url, referrer_url, user_agent,
        customer_id, email_hash, order_id, event_value, engagement_seconds, consent, _file_id
    from kept_duplicates
)

select
    event_key,
    event_id,
    event_at,
    visitor_id,
    -- Denied consent counts as traffic only: a stream of its own, negative so that it can never meet an identity.
    case when consent = 'denied' then -1 - visitor_key else visitor_key end as visitor_key,
    {{ event_name('event_name') }} as event_name,
    page_url,
    referrer_url,
    user_agent,
    case when consent = 'denied' then null else customer_id end as customer_id,
    case when consent = 'denied' then null else email_hash end as email_hash,
    case when consent = 'denied' then null else order_id end as order_id,
    event_value,
    engagement_seconds,
    coalesce(consent = 'denied', false) as is_consent_denied,
    _file_id
from events
