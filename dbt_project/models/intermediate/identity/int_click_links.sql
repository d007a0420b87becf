{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key') }}

select visitor_key, customer_id, email_hash, order_id, min(event_at) as seen_at
from {{ ref('stg_web__clicks') }} as clicks
where
    not is_consent_denied
    and (customer_id is not null or email_hash is not null or order_id is not null)
    and {{ changed_only('visitor_key', ref('int_changed_visitors')) }}
    and not exists (
        select 1
        from {{ ref('stg_web__bot_user_agents') }} as bots
        where bots.user_agent = clicks.user_agent
    )
group by visitor_key, customer_id, email_hash, order_id
