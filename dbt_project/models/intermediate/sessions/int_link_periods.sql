-- Whose the visits of a set of UTM values are, from when to when: between two changes one link wins, so that a visit meets at
-- most one row.
with changes as (
    select campaign_key, valid_from as changes_at from {{ ref('int_link_matches') }}
    union
    select campaign_key, valid_to from {{ ref('int_link_matches') }}
    union
    select campaign_key, cast(null as timestamp) from {{ ref('int_link_matches') }}
),

-- Null is the beginning of all time, and its end.
periods as (
    select
        campaign_key,
        changes_at as period_from,
        lead(changes_at) over (partition by campaign_key order by changes_at nulls first) as period_to
    from changes
),

ranked as (
    select
        periods.campaign_key,
        periods.period_from,
        periods.period_to,
        matches.link_id,
        matches.influencer_id,
        matches.campaign_id,
        matches.deliverable_id,
        row_number() over (
            partition by periods.campaign_key, periods.period_from
            order by matches.matching_parts desc, matches.specificity desc, matches.valid_from desc nulls last, matches.link_id
        ) as match_rank
    from periods
    inner join {{ ref('int_link_matches') }} as matches
        on
            periods.campaign_key = matches.campaign_key
            and (matches.valid_from is null or periods.period_from >= matches.valid_from)
            and (matches.valid_to is null or periods.period_to <= matches.valid_to)
)

select campaign_key, period_from, period_to, link_id, influencer_id, campaign_id, deliverable_id
from ranked
where match_rank = 1
