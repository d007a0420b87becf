with sessions as (
    select
        influencer_id,
        count(*) as sessions,
        count(distinct person_key) as visitors,
        count(case when micro_conversions > 0 then 1 end) as micro_converting_sessions,
        count(case when is_bounce then 1 end) as bounces,
        count(case when is_engaged then 1 end) as engaged_sessions,
        {{ exact_sum('engagement_seconds') }} as engagement_seconds
    from {{ ref('int_sessions') }}
    where influencer_id is not null
    group by influencer_id
),

buyers as (
    select influencer_id, count(distinct person_key) as buyers
    from {{ ref('int_buying_visits') }}
    group by influencer_id
)

select
    sessions.influencer_id,
    sessions.sessions,
    sessions.visitors,
    sessions.micro_converting_sessions,
    sessions.bounces,
    sessions.engaged_sessions,
    sessions.engagement_seconds,
    coalesce(buyers.buyers, 0) as buyers
from sessions
left join buyers on sessions.influencer_id = buyers.influencer_id
