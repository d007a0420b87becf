-- Goals, micro and macro: what a key's visits reach, what came of it, and each model's credit for it.
with buyers as (
    select reached.conversion_type, reached.channel, reached.influencer_id, count(distinct reached.person_key) as buyers
    from {{ ref('int_goals') }} as reached
    inner join {{ ref('int_purchases') }} as purchases
        on
            reached.person_key = purchases.person_key
            and purchases.ordered_at >= reached.reached_at
            and {{ micros('purchases.ordered_at') }} - {{ micros('reached.reached_at') }}
            <= {{ var('attribution_window_hours') }} * 3600000000
    group by reached.conversion_type, reached.channel, reached.influencer_id
),

-- First by person: counting distinct people needs a row of each anyway.
goals_of_people as (
    select
        conversion_type,
        channel,
        influencer_id,
        person_key,
        max(kind) as goal_kind,
        max(case when is_attributed then 1 else 0 end) as is_attributed,
        count(*) as goals_reached,
        -- A session's occurrences are counted from 1.
        count(case when occurrence = 1 then 1 end) as goal_sessions,
        sum(goal_value) as goal_value
    from {{ ref('int_goals') }}
    group by conversion_type, channel, influencer_id, person_key
),

goals as (
    select
        conversion_type,
        channel,
        influencer_id,
        max(goal_kind) as goal_kind,
        max(is_attributed) = 1 as is_attributed,
        cast(sum(goals_reached) as bigint) as goals_reached,
        cast(sum(goal_sessions) as bigint) as goal_sessions,
        count(person_key) as people,
        cast(sum(goal_value) as decimal(18, 2)) as goal_value
    from goals_of_people
    group by conversion_type, channel, influencer_id
),

visits as (
    select channel, influencer_id, count(*) as sessions
    from {{ ref('int_sessions') }}
    group by channel, influencer_id
),

kinds as (
    select conversion_type, max(goal_kind) as goal_kind, max(case when is_attributed then 1 else 0 end) = 1 as is_attributed
    from goals
    group by conversion_type
),

-- A key has a row where its visits reach the goal, and where a model gives it credit for other visits' goals.
grid as (
    select keys.conversion_type, keys.channel, keys.influencer_id, models.attribution_model
    from (
        select conversion_type, channel, influencer_id from goals
        union
        select conversion_type, channel, influencer_id from {{ ref('int_goal_credits') }}
    ) as keys
    cross join {{ attribution_model_rows() }} as models
)

select
    case when grid.influencer_id is not null then 'influencer:' || grid.influencer_id else grid.channel end as touch_key,
    grid.channel,
    grid.influencer_id,
    grid.conversion_type,
    kinds.goal_kind,
    grid.attribution_model,
    case when kinds.is_attributed then coalesce(credits.conversions, 0) end as conversions,
    coalesce(goals.goals_reached, 0) as goals_reached,
    coalesce(goals.goal_sessions, 0) as goal_sessions,
    coalesce(visits.sessions, 0) as sessions,
    {{ ratio('coalesce(goals.goal_sessions, 0)', 'visits.sessions') }} as goal_rate,
    coalesce(goals.people, 0) as people,
    coalesce(buyers.buyers, 0) as buyers,
    {{ ratio('coalesce(buyers.buyers, 0)', 'goals.people') }} as goal_to_purchase_rate,
    goals.goal_value
from grid
inner join kinds on grid.conversion_type = kinds.conversion_type
left join goals
    on
        grid.conversion_type = goals.conversion_type
        and grid.channel = goals.channel
        and {{ null_safe_equal('grid.influencer_id', 'goals.influencer_id') }}
left join buyers
    on
        grid.conversion_type = buyers.conversion_type
        and grid.channel = buyers.channel
        and {{ null_safe_equal('grid.influencer_id', 'buyers.influencer_id') }}
left join visits
    on grid.channel = visits.channel and {{ null_safe_equal('grid.influencer_id', 'visits.influencer_id') }}
left join {{ ref('int_goal_credits') }} as credits
    on
        grid.attribution_model = credits.attribution_model
        and grid.conversion_type = credits.conversion_type
        and grid.channel = credits.channel
        and {{ null_safe_equal('grid.influencer_id', 'credits.influencer_id') }}
