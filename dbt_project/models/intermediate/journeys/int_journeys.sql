{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='person_key') }}

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
        converted_at,
        {% if var('collapse_repeats') %}touch_key,{% endif %}
        channel = 'direct' as is_direct,
        code_owner_id is not null as has_code_owner,
        coalesce(influencer_id = code_owner_id, false) as is_code_owners,
        evidence = 'code' as is_code,
        count(*) over conversion as path_length,
        max(case when channel <> 'direct' then 1 else 0 end) over conversion as has_other_than_direct
    from numbered
    window conversion as (partition by conversion_key)
),

eligible as (
    select
        *,
        {% if code_wins %}not has_code_owner or is_code_owners{% else %}true{% endif %} as may_win,
        {% if var('direct_touches') == 'drop' %}not is_direct or has_other_than_direct = 0{% else %}true{% endif %} as may_count
    from in_path
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
        case when is_creditable then row_number() over in_order end as creditable_position,
        case when is_creditable then count(*) over creditable_touches end as creditable_length,
        max(touched_at) over creditable_touches as last_touched_at,
        max(case when may_win then touch_position end) over conversion as last_position,
        -- Among the code owner's touches the code itself comes first, else the latest visit.
        case when is_code_owners then case when is_code then path_length else 0 end + touch_position end as claim_strength
    from creditable
    window
        conversion as (partition by conversion_key),
        creditable_touches as (partition by conversion_key, is_creditable),
        in_order as (partition by conversion_key, is_creditable order by touch_position)
),

with_milestones as (
    select
        touches.*,
        max(case when touches.touched_at <= milestones.became_lead_at then touches.creditable_position end) over conversion
            as lead_position,
        max(case when touches.touched_at <= milestones.became_customer_at then touches.creditable_position end) over conversion
            as customer_position,
        max(touches.claim_strength) over conversion as strongest_claim
    from positioned as touches
    left join {{ ref('int_crm_milestones') }} as milestones on touches.person_key = milestones.person_key
    window conversion as (partition by touches.conversion_key)
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
    numbered.channel,
    numbered.influencer_id,
    numbered.campaign_id,
    numbered.deliverable_id,
    numbered.evidence,
    {{ seconds_between('numbered.touched_at', 'numbered.converted_at') }} / 3600 as hours_to_conversion,
    {{ seconds_between('numbered.touched_at', 'touches.last_touched_at') }} / 3600 as hours_to_last_touch,
    touches.is_creditable,
    touches.creditable_position,
    touches.creditable_length,
    touches.touch_position = touches.last_position as is_last_touch,
    coalesce(touches.creditable_position = touches.lead_position, false) as is_lead_touch,
    coalesce(touches.creditable_position = touches.customer_position, false) as is_customer_touch,
    touches.has_code_owner,
    coalesce(touches.claim_strength = touches.strongest_claim, false) as is_code_claim
from numbered
inner join with_milestones as touches
    on numbered.conversion_key = touches.conversion_key and numbered.touch_position = touches.touch_position
{% if var('code_policy') == 'ignore' %}
-- Codes add nothing to the path here, but the code-based models still know whose code it was.
union all
select
    codes.conversion_key, codes.person_key, 0, codes.touchpoint_id, codes.touch_key, false, null, null, codes.touched_at,
    codes.channel, codes.influencer_id, codes.campaign_id, codes.deliverable_id, codes.evidence, 0, 0, false, null, null, false,
    false, false, true, true
from {{ ref('int_journey_touches') }} as codes
where
    not codes.is_in_path
    and {{ changed_only('codes.person_key', ref('int_changed_people')) }}
    and codes.influencer_id = codes.code_owner_id
    and not exists (
        select 1 from with_milestones
        where with_milestones.conversion_key = codes.conversion_key and with_milestones.claim_strength is not null
    )
{% endif %}
