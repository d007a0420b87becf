{%- set hours = var('silence_after_hours') -%}

with posts as (
    select
        deliverables.deliverable_id,
        partnerships.influencer_id,
        partnerships.campaign_id,
        deliverables.platform,
        deliverables.posted_at,
        {{ dbt.dateadd('hour', hours, 'deliverables.posted_at') }} as due_at,
        {{ dbt.dateadd('hour', -1 * hours, 'deliverables.posted_at') }} as compared_from
    from {{ ref('stg_registry__deliverables') }} as deliverables
    inner join {{ ref('stg_registry__partnerships') }} as partnerships
        on deliverables.partnership_id = partnerships.partnership_id
    where deliverables.posted_at is not null
),

due_posts as (
    select posts.*
    from posts
    inner join {{ ref('int_data_until') }} as horizon on posts.due_at <= horizon.data_until
),

post_links as (
    select distinct deliverable_id, {{ url_path('destination_url') }} as landing_page
    from {{ ref('stg_registry__tracking_links') }}
    where deliverable_id is not null
),

-- Posts with a link of their own are known by it; the others only by their influencer and campaign.
visits as (
    select due_posts.deliverable_id, sessions.started_at
    from due_posts
    inner join {{ ref('int_sessions') }} as sessions on due_posts.deliverable_id = sessions.deliverable_id
    where sessions.started_at >= due_posts.posted_at
    union all
    select due_posts.deliverable_id, sessions.started_at
    from due_posts
    inner join {{ ref('int_sessions') }} as sessions
        on
            due_posts.influencer_id = sessions.influencer_id
            and (due_posts.campaign_id is null or due_posts.campaign_id = sessions.campaign_id)
    where
        sessions.started_at >= due_posts.posted_at
        and not exists (select 1 from post_links where post_links.deliverable_id = due_posts.deliverable_id)
),

first_visits as (
    select deliverable_id, min(started_at) as first_visit_at
    from visits
    group by deliverable_id
),

silent_posts as (
    select due_posts.*, first_visits.first_visit_at
    from due_posts
    left join first_visits on due_posts.deliverable_id = first_visits.deliverable_id
    where first_visits.first_visit_at is null or first_visits.first_visit_at >= due_posts.due_at
),

-- What comes from the post's platform, or to its page, without any campaign: the audience, if its link lost
-- its values.
untracked_visits as (
    select
        silent_posts.deliverable_id,
        sessions.session_key,
        sessions.started_at >= silent_posts.posted_at as is_after_post
    from silent_posts
    inner join {{ ref('int_sessions') }} as sessions on silent_posts.platform = sessions.source
    where
        sessions.influencer_id is null
        and sessions.campaign is null
        and sessions.started_at >= silent_posts.compared_from
        and sessions.started_at < silent_posts.due_at
    union
    select
        silent_posts.deliverable_id,
        sessions.session_key,
        sessions.started_at >= silent_posts.posted_at as is_after_post
    from silent_posts
    inner join post_links
        on silent_posts.deliverable_id = post_links.deliverable_id and post_links.landing_page <> '/'
    inner join {{ ref('int_sessions') }} as sessions on post_links.landing_page = sessions.landing_page
    where
        sessions.influencer_id is null
        and sessions.campaign is null
        and sessions.started_at >= silent_posts.compared_from
        and sessions.started_at < silent_posts.due_at
),

untracked as (
    select
        deliverable_id,
        count(case when is_after_post then 1 end) as visits_after,
        count(case when not is_after_post then 1 end) as visits_before
    from untracked_visits
    group by deliverable_id
)

select
    silent_posts.deliverable_id,
    silent_posts.influencer_id,
    silent_posts.campaign_id,
    silent_posts.posted_at,
    silent_posts.due_at,
    silent_posts.first_visit_at,
    coalesce(untracked.visits_before, 0) as untracked_visits_before,
    coalesce(untracked.visits_after, 0) as untracked_visits_after
from silent_posts
left join untracked on silent_posts.deliverable_id = untracked.deliverable_id
