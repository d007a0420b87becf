{{ config(meta={'dagster': {'ref': {'name': 'mart_micro_conversions'}}}) }}

-- Detects goals, or their value, that mart_micro_conversions has otherwise than they were reached.
-- A failure means that a goal is counted twice, lost, or put to another channel's account.
with expected as (
    select
        conversion_type,
        channel,
        influencer_id,
        count(*) as goals_reached,
        cast(sum(goal_value) as decimal(18, 2)) as goal_value
    from {{ ref('int_goals') }}
    group by conversion_type, channel, influencer_id
),

all_goals as (
    select sum(goals_reached) as goals_reached from expected
)

select
    found.attribution_model,
    found.conversion_type,
    found.touch_key,
    expected.goals_reached as expected_goals,
    found.goals_reached,
    expected.goal_value as expected_value,
    found.goal_value
from {{ ref('mart_micro_conversions') }} as found
left join expected
    on
        found.conversion_type = expected.conversion_type
        and found.channel = expected.channel
        and {{ null_safe_equal('found.influencer_id', 'expected.influencer_id') }}
where
    found.goals_reached <> coalesce(expected.goals_reached, 0)
    or not ({{ null_safe_equal('found.goal_value', 'expected.goal_value') }})
union all
select totals.attribution_model, null, null, all_goals.goals_reached, totals.goals_reached, null, null
from (
    select attribution_model, sum(goals_reached) as goals_reached
    from {{ ref('mart_micro_conversions') }}
    group by attribution_model
) as totals
cross join all_goals
where totals.goals_reached <> all_goals.goals_reached
