{{ config(
    materialized='incremental', incremental_strategy='replace_changed', unique_key='person_key', meta={'day_of': 'converted_at'},
) }}

{%- set code_wins = var('code_policy') == 'code_wins' %}

-- The journey index: the one place that fixes grain, order, window and creditability for every attribution model.
-- Names and ids wait in `numbered` while keys and times are sorted.
with numbered as (
    select
        *,
        row_number() over (partition by conversion_key order by touched_at, touchpoint_id) as touch_position
    from {{ ref('int_journey_touches') }}
    where is_in_path and {{ changed_only('person_key', ref('int_changed_people')) }}
),

in_path as (
    select
        conversion_key,
        person_key,
        touch_position,
        touched_at,
        {% if var('collapse_repeats') %}touch_key,{% endif %}
        channel = 'direct' as is_direct,
        code_owner_id is not null as has_code_owner,
        coalesce(influencer_id = code_owner_id, false) as is_code_owners,
        evidence = 'code' as is_code
    from numbered
),

-- Whatever a journey has one of is grouped and joined: a window for each would sort all touches anew.
paths as (
    select
        conversion_key,
        count(*) as path_length,
        max(case when is_direct then 0 else 1 end) as has_other_than_direct
    from in_path
    group by conversion_key
),

eligible as (
    select
        in_path.*,
        paths.path_length,
        {% if code_wins %}not in_path.has_code_owner or in_path.is_code_owners{% else %}true{% endif %} as may_win,
        {% if var('direct_touches') == 'drop' %}not in_path.is_direct or paths.has_other_than_direct = 0{% else %}true{% endif %}
            as may_count
    from in_path
    inner join paths on in_path.conversion_key = paths.conversion_key
),

creditable as (
    select
        *,
        may_win and may_count
        {% if var('collapse_repeats') -%}
        -- Of consecutive touches of one key the first stands for all.
        and coalesce(touch_key <> lag(touch_key) over (
            partition by conversion_key, may_win and may_count order by touch_position
        ), true)
        {%- endif %} as is_creditable
    from eligible
),

positioned as (
    select
        *,
        case
            when is_creditable then row_number() over (partition by conversion_key, is_creditable order by touch_position)
        end as creditable_position,
        -- Among the code owner's touches the code itself comes first, else the latest visit.
        case when is_code_owners then case when is_code then path_length else 0 end + touch_position end as claim_strength
    from creditable
),

journeys as (
    select
        touches.conversion_key,
        count(touches.creditable_position) as creditable_length,
        max(case when touches.is_creditable then touches.touched_at end) as last_touched_at,
        max(case when touches.may_win then touches.touch_position end) as last_position,
        max(touches.claim_strength) as strongest_claim,
        max(case when touches.touched_at <= milestones.became_lead_at then touches.creditable_position end) as lead_position,
        max(case when touches.touched_at <= milestones.became_customer_at then touches.creditable_position end)
            as customer_position
    from positioned as touches
    left join {{ ref('int_crm_milestones') }} as milestones on touches.person_key = milestones.person_key
    group by touches.conversion_key
),

judged as (
    select
        touches.conversion_key,
        touches.touch_position,
        touches.path_length,
        touches.has_code_owner,
        touches.is_creditable,
        touches.creditable_position,
        case when touches.is_creditable then journeys.creditable_length end as creditable_length,
        case when touches.is_creditable then journeys.lead_position end as lead_position,
        case when touches.is_creditable then journeys.customer_position end as customer_position,
        case
            when touches.is_creditable then {{ seconds_between('touches.touched_at', 'journeys.last_touched_at') }} / 3600
        end as hours_to_last_touch,
        touches.touch_position = journeys.last_position as is_last_touch,
        coalesce(touches.claim_strength = journeys.strongest_claim, false) as is_code_claim
    from positioned as touches
    inner join journeys on touches.conversion_key = journeys.conversion_key
),

-- Time decay counts from the last creditable touch, so that no half-life is too short for a double. Decimals, so that sums
-- do not depend on the order in which threads add.
decayed as (
    select
        *,
        cast(power(2.0, -hours_to_last_touch / {{ var('half_life_hours') }}) as decimal(18, 15)) as decay_weight
    from judged
),

decaying as (
    select
        *,
        cast(sum(decay_weight) over so_far as double) as running_decay,
        cast(coalesce(sum(decay_weight) over so_far_before, 0) as double) as previous_decay,
        cast(sum(decay_weight) over whole as double) as total_decay
    from decayed
    window
        so_far as (partition by conversion_key order by touch_position rows between unbounded preceding and current row),
        so_far_before as (partition by conversion_key order by touch_position rows between unbounded preceding and 1 preceding),
        whole as (partition by conversion_key order by touch_position rows between unbounded preceding and unbounded following)
)

select
    numbered.conversion_key,
    numbered.person_key,
    cast(numbered.touch_position as int) as touch_number,
    numbered.touchpoint_id,
    numbered.touch_key,
    numbered.is_in_path,
    numbered.touch_position,
    touches.path_length,
    numbered.touched_at,
    numbered.converted_at,
    numbered.channel,
    numbered.influencer_id,
    numbered.campaign_id,
    numbered.deliverable_id,
    numbered.evidence,
    {{ seconds_between('numbered.touched_at', 'numbered.converted_at') }} / 3600 as hours_to_conversion,
    touches.hours_to_last_touch,
    touches.is_creditable,
    touches.creditable_position,
    touches.creditable_length,
    touches.is_last_touch,
    touches.lead_position,
    touches.customer_position,
    case when touches.is_creditable then touches.running_decay / touches.total_decay end as decay_up_to,
    case when touches.is_creditable then touches.previous_decay / touches.total_decay end as decay_before,
    touches.has_code_owner,
    touches.is_code_claim
from numbered
inner join decaying as touches
    on numbered.conversion_key = touches.conversion_key and numbered.touch_position = touches.touch_position
{% if var('code_policy') == 'ignore' %}
-- Codes add nothing to the path here, but the code-based models still know whose code it was.
union all
select
    codes.conversion_key, codes.person_key, 0, codes.touchpoint_id, codes.touch_key, false, null, null, codes.touched_at,
    codes.converted_at, codes.channel, codes.influencer_id, codes.campaign_id, codes.deliverable_id, codes.evidence, 0, 0, false, null, null, false,
    null, null, null, null, true, true
from {{ ref('int_journey_touches') }} as codes
where
    not codes.is_in_path
    and {{ changed_only('codes.person_key', ref('int_changed_people')) }}
    and codes.influencer_id = codes.code_owner_id
    and not exists (
        select 1 from positioned
        where positioned.conversion_key = codes.conversion_key and positioned.claim_strength is not null
    )
{% endif %}
