{%- set oldest_open = dbt.dateadd('day', -1 * var('silence_recent_days'), 'horizon.data_until') -%}

with posts as (
    select
        case
            when
                untracked_visits_after >= {{ var('silence_min_visits') }}
                and untracked_visits_after > 2 * untracked_visits_before
                then 'visits_without_utms'
            else 'posted_no_visits'
        end as alarm_type,
        influencer_id,
        campaign_id,
        deliverable_id,
        cast(null as {{ dbt.type_string() }}) as link_id,
        cast(null as {{ dbt.type_string() }}) as promo_code,
        posted_at as began_at,
        due_at as raised_at,
        first_visit_at as resolved_at,
        untracked_visits_after as visits
    from {{ ref('int_silent_posts') }}
),

codes as (
    select
        'code_never_redeemed' as alarm_type,
        influencer_id,
        campaign_id,
        cast(null as {{ dbt.type_string() }}) as deliverable_id,
        cast(null as {{ dbt.type_string() }}) as link_id,
        promo_code,
        began_at,
        due_at as raised_at,
        redeemed_at as resolved_at,
        cast(0 as bigint) as visits
    from {{ ref('int_unredeemed_codes') }}
),

early_traffic as (
    select
        'traffic_before_post' as alarm_type,
        influencer_id,
        campaign_id,
        deliverable_id,
        link_id,
        cast(null as {{ dbt.type_string() }}) as promo_code,
        first_visit_at as began_at,
        first_visit_at as raised_at,
        cast(null as timestamp) as resolved_at,
        visits
    from {{ ref('int_early_traffic') }}
),

alarms as (
    select
        alarm_type,
        influencer_id,
        campaign_id,
        deliverable_id,
        link_id,
        promo_code,
        began_at,
        raised_at,
        resolved_at,
        visits
    from posts
    union all
    select
        alarm_type,
        influencer_id,
        campaign_id,
        deliverable_id,
        link_id,
        promo_code,
        began_at,
        raised_at,
        resolved_at,
        visits
    from codes
    union all
    select
        alarm_type,
        influencer_id,
        campaign_id,
        deliverable_id,
        link_id,
        promo_code,
        began_at,
        raised_at,
        resolved_at,
        visits
    from early_traffic
)

select
    alarms.alarm_type,
    alarms.influencer_id,
    alarms.campaign_id,
    alarms.deliverable_id,
    alarms.link_id,
    alarms.promo_code,
    alarms.began_at,
    alarms.raised_at,
    alarms.resolved_at,
    cast(alarms.visits as bigint) as visits,
    alarms.resolved_at is null
    and alarms.raised_at >= {{ oldest_open }} as is_open,
    horizon.data_until
from alarms
cross join {{ ref('int_data_until') }} as horizon
