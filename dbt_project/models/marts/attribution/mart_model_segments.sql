{%- set dimensions = {
    'customer_segment': 'credits.customer_segment',
    'value_segment': 'credits.value_segment',
    'platform': 'deliverables.platform',
    'content_format': 'deliverables.content_format',
    'tier': 'influencers.tier',
    'niche': 'influencers.niche',
} %}

-- Long on purpose: a cut more is a line in the list, and each cut of a model adds up to all purchases.
with cut as (
    {% for dimension, value in dimensions.items() -%}
    select
        credits.attribution_model,
        credits.channel,
        credits.influencer_id,
        '{{ dimension }}' as dimension,
        coalesce({{ value }}, '(none)') as segment,
        credits.conversions,
        credits.attributed_revenue
    from {{ ref('int_segment_credits') }} as credits
    left join {{ ref('dim_deliverables') }} as deliverables on credits.deliverable_id = deliverables.deliverable_id
    left join {{ ref('dim_influencers') }} as influencers on credits.influencer_id = influencers.influencer_id
    union all
    {% endfor -%}
    select
        attribution_model,
        channel,
        influencer_id,
        'product_category',
        product_category,
        cast(conversions as decimal(28, 12)),
        attributed_revenue
    from {{ ref('int_category_credits') }}
)

select
    attribution_model,
    case when influencer_id is not null then 'influencer:' || influencer_id else channel end as touch_key,
    channel,
    influencer_id,
    dimension,
    segment,
    cast(sum(conversions) as double) as conversions,
    cast(sum(attributed_revenue) as decimal(18, 2)) as attributed_revenue
from cut
group by attribution_model, channel, influencer_id, dimension, segment
