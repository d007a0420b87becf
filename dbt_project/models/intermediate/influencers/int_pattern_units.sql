{%- set decision_model = var('decision_model') %}

with posts as (
    select
        posts.influencer_id,
        posts.platform,
        posts.content_format,
        campaigns.product_category,
        posts.sessions,
        posts.conversions,
        posts.attributed_revenue,
        posts.total_cost
    from {{ ref('mart_deliverable_roi') }} as posts
    left join {{ ref('dim_campaigns') }} as campaigns on posts.campaign_id = campaigns.campaign_id
    where posts.attribution_model = '{{ decision_model }}' and posts.deliverable_id is not null
),

post_counts as (
    select influencer_id, count(*) as posts from {{ ref('dim_deliverables') }} group by influencer_id
),

units as (
    {% for dimension in ['tier', 'niche'] -%}
    select
        '{{ dimension }}' as dimension,
        roi.{{ dimension }} as segment,
        roi.influencer_id,
        coalesce(post_counts.posts, 0) as posts,
        roi.sessions,
        roi.conversions,
        roi.attributed_revenue as revenue,
        roi.total_cost as cost
    from {{ ref('mart_influencer_roi') }} as roi
    left join post_counts on roi.influencer_id = post_counts.influencer_id
    where roi.attribution_model = '{{ decision_model }}'
    union all
    {% endfor -%}
    {% for dimension in ['platform', 'content_format', 'product_category'] -%}
    select
        '{{ dimension }}' as dimension,
        {{ dimension }} as segment,
        influencer_id,
        count(*) as posts,
        sum(sessions) as sessions,
        {{ exact_sum('conversions') }} as conversions,
        sum(attributed_revenue) as revenue,
        sum(total_cost) as cost
    from posts
    group by {{ dimension }}, influencer_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    dimension,
    segment,
    influencer_id,
    cast(posts as bigint) as posts,
    cast(sessions as bigint) as sessions,
    conversions,
    cast(revenue as decimal(18, 2)) as revenue,
    cast(cost as decimal(18, 2)) as cost
from units
where segment is not null and influencer_id is not null
