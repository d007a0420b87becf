{{ config(
    materialized='incremental', incremental_strategy='replace_changed', unique_key='person_id', on_schema_change='fail',
    meta={'day_of': 'event_at'},
) }}

-- Everything that is known of a person, in time order. People who never converted are in fct_sessions only.
with people as (
    select person_key, min(person_id) as person_id
    from {{ ref('int_conversions') }}
    where {{ changed_only('person_key', ref('int_changed_people')) }}
    group by person_key
),

touches as (
    select people.person_id, touches.*
    from {{ ref('int_touchpoints') }} as touches
    inner join people on touches.person_key = people.person_key
),

codes as (
    select distinct
        people.person_id, journeys.touchpoint_id, journeys.touched_at, journeys.influencer_id, journeys.campaign_id,
        conversions.order_id
    from {{ ref('int_journey_touches') }} as journeys
    inner join {{ ref('int_conversions') }} as conversions on journeys.conversion_key = conversions.conversion_key
    inner join people on journeys.person_key = people.person_key
    where journeys.evidence = 'code'
),

milestones as (
    select people.person_id, milestones.became_lead_at, milestones.became_customer_at
    from {{ ref('int_crm_milestones') }} as milestones
    inner join people on milestones.person_key = people.person_key
),

events as (
    select
        person_id,
        touched_at as event_at,
        evidence as event_type,
        touchpoint_id as event_id,
        channel,
        influencer_id,
        campaign_id,
        deliverable_id,
        cast(null as {{ dbt.type_string() }}) as conversion_type,
        cast(null as {{ dbt.type_string() }}) as order_id,
        cast(null as decimal(18, 2)) as revenue,
        1 as kind_order
    from touches
    union all
    select
        person_id, became_lead_at, 'lead', 'lead:' || person_id, null, null, null, null, null, null, null, 2
    from milestones
    where became_lead_at is not null
    union all
    select
        person_id, became_customer_at, 'customer', 'customer:' || person_id, null, null, null, null, null, null, null, 3
    from milestones
    where became_customer_at is not null
    union all
    select
        person_id, touched_at, 'code', touchpoint_id, 'influencer', influencer_id, campaign_id, null, null, order_id, null, 4
    from codes
    union all
    select
        people.person_id, converted_at, 'conversion', conversion_id, null, null, null, null, conversion_type, order_id, revenue, 5
    from {{ ref('int_conversions') }} as conversions
    inner join people on conversions.person_key = people.person_key
),

numbered as (
    select
        *,
        row_number() over in_order as event_number,
        min(event_at) over (partition by person_id) as first_event_at,
        lag(event_at) over in_order as previous_event_at
    from events
    window in_order as (partition by person_id order by event_at, kind_order, event_id)
)

select
    person_id,
    cast(event_number as bigint) as event_number,
    event_at,
    event_type,
    event_id,
    channel,
    influencer_id,
    campaign_id,
    deliverable_id,
    conversion_type,
    order_id,
    revenue,
    {{ seconds_between('first_event_at', 'event_at') }} / 3600 as hours_from_first_event,
    {{ seconds_between('previous_event_at', 'event_at') }} / 3600 as hours_from_previous_event
from numbered
