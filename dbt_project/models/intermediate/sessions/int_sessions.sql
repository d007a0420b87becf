{{ config(
    materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key',
    meta={'changed': 'int_restated_visitors', 'day_of': 'started_at'},
) }}

-- depends_on: {{ ref('conversion_events') }}
-- depends_on: {{ ref('engagement_rules') }}
-- depends_on: {{ ref('channel_rules') }}
-- depends_on: {{ ref('int_moved_people') }}
-- depends_on: {{ ref('int_changed_visitors') }}
-- depends_on: {{ ref('int_changed_sources') }}
-- depends_on: {{ ref('int_session_sources') }}
{%- set thresholds = engagement_thresholds(ref('engagement_rules')) %}
{%- set session_rules = goal_rules(ref('conversion_events')) | rejectattr('event_name') | selectattr('kind', 'equalto', 'micro') | list %}

with sources as (
    select * from {{ ref('int_changed_sources') if partial_build() else ref('int_session_sources') }}
),

-- The rules run once a distinct origin, not once a session.
channels as (
    select
        source,
        medium,
        campaign,
        click_id,
        source_category,
        {{ channel_case(ref('channel_rules')) }} as channel
    from (
        select distinct source, medium, campaign, click_id, source_category
        from sources
        where influencer_id is null
    ) as origins
),

micro_conversions as (
    select session_key, count(*) as micro_conversions
    from {{ ref('int_event_goals') }}
    where kind = 'micro' and {{ changed_only('visitor_key', ref('int_restated_visitors')) }}
    group by session_key
),

joined as (
    select
        sources.*,
        case when sources.influencer_id is not null then 'influencer' else channels.channel end as channel,
        sources.influencer_id is not null and sources.has_paid_click_id as is_boosted,
        coalesce(micro_conversions.micro_conversions, 0)
        {%- for rule in session_rules %}
        + case when {{ session_reaches(rule) }} then 1 else 0 end
        {%- endfor %} as micro_conversions
    from sources
    left join channels
        on
            sources.source = channels.source
            and sources.medium = channels.medium
            and {{ null_safe_equal('sources.campaign', 'channels.campaign') }}
            and {{ null_safe_equal('sources.click_id', 'channels.click_id') }}
            and {{ null_safe_equal('sources.source_category', 'channels.source_category') }}
    left join micro_conversions on sources.session_key = micro_conversions.session_key
),

judged as (
    select
        *,
        engagement_seconds > {{ thresholds['engagement_seconds'] }}
        or page_views > {{ thresholds['page_views'] }}
        or micro_conversions > {{ thresholds['micro_conversions'] }} as is_engaged
    from joined
)

select
    sessions.session_key,
    sessions.session_id,
    sessions.visitor_key,
    people.person_key,
    people.person_id,
    sessions.started_at,
    sessions.ended_at,
    sessions.events,
    sessions.page_views,
    sessions.engagement_seconds,
    sessions.landing_page,
    sessions.channel,
    sessions.source,
    sessions.medium,
    sessions.campaign,
    sessions.content,
    sessions.click_id,
    sessions.influencer_id,
    sessions.campaign_id,
    sessions.deliverable_id,
    sessions.link_id,
    sessions.is_boosted,
    sessions.micro_conversions,
    sessions.events = 1 and not sessions.is_engaged as is_bounce,
    sessions.is_engaged
from judged as sessions
left join {{ ref('int_person_identifiers') }} as people
    on people.identifier_type = 'visitor' and sessions.visitor_key = people.identifier_key
{% if partial_build() -%}
-- Whose events did not change keeps all but the person.
union all
select
    kept.session_key,
    kept.session_id,
    kept.visitor_key,
    people.person_key,
    people.person_id,
    kept.started_at,
    kept.ended_at,
    kept.events,
    kept.page_views,
    kept.engagement_seconds,
    kept.landing_page,
    kept.channel,
    kept.source,
    kept.medium,
    kept.campaign,
    kept.content,
    kept.click_id,
    kept.influencer_id,
    kept.campaign_id,
    kept.deliverable_id,
    kept.link_id,
    kept.is_boosted,
    kept.micro_conversions,
    kept.is_bounce,
    kept.is_engaged
from {{ this }} as kept
left join {{ ref('int_person_identifiers') }} as people
    on people.identifier_type = 'visitor' and kept.visitor_key = people.identifier_key
where
    kept.visitor_key in (select visitor_key from {{ ref('int_restated_visitors') }})
    and not exists (
        select 1 from {{ ref('int_changed_visitors') }} as changed
        where changed.visitor_key = kept.visitor_key
    )
{%- endif %}
