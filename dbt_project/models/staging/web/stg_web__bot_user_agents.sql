{{ config(materialized='table') }}

-- depends_on: {{ ref('bot_patterns') }}
-- The patterns run once a distinct user agent, never once a click.
with user_agents as (
    select distinct user_agent
    from {{ source('raw', 'clicks') }}
    where user_agent is not null
)

select user_agent
from user_agents
where {{ matches_any('user_agent', ref('bot_patterns')) }}
