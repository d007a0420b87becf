{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key') }}

-- depends_on: {{ ref('int_changed_clicks') }}
-- depends_on: {{ ref('stg_web__clicks') }}
select visitor_key, customer_id, email_hash, order_id, min(event_at) as seen_at
from {{ clicks_to_build() }} as clicks
where
    not is_consent_denied
    and (customer_id is not null or email_hash is not null or order_id is not null)
    and not exists (
        select 1
        from {{ ref('stg_web__bot_user_agents') }} as bots
        where bots.user_agent = clicks.user_agent
    )
group by visitor_key, customer_id, email_hash, order_id
