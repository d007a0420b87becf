{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='user_agent') }}

-- depends_on: {{ ref('int_build_fingerprint') }}

-- depends_on: {{ ref('bot_patterns') }}
-- The patterns run once a distinct user agent, never once a click.
with user_agents as (
    select {{ grouped('user_agent') }} as user_agent
    from {{ source('raw', 'clicks') }}
    where {{ new_files() }} and user_agent is not null
    group by user_agent
)

select user_agent
from user_agents
where {{ matches_any('user_agent', ref('bot_patterns')) }}
