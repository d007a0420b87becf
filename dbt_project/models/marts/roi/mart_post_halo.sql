select
    halo.deliverable_id,
    posts.influencer_id,
    posts.campaign_id,
    posts.platform,
    posts.content_format,
    posts.posted_at,
    halo.series,
    halo.observed_orders,
    halo.expected_orders,
    halo.halo_orders,
    halo.halo_orders_low,
    halo.halo_orders_high,
    halo.total_halo_orders,
    halo.total_halo_orders_low,
    halo.total_halo_orders_high,
    halo.verdict
from {{ ref('int_post_halo') }} as halo
inner join {{ ref('dim_deliverables') }} as posts on halo.deliverable_id = posts.deliverable_id
