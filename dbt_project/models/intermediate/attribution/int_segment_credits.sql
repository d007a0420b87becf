-- Credit of every model by all that comparisons are cut by, summed once; int_category_credits does the same for products.
select
    facts.attribution_model,
    facts.channel,
    facts.influencer_id,
    facts.deliverable_id,
    facts.customer_segment,
    facts.value_segment,
    sum(cast(facts.credit as decimal(28, 12))) as conversions,
    cast(sum(facts.attributed_revenue) as decimal(18, 2)) as attributed_revenue
from {{ ref('int_purchase_credits') }} as facts
group by
    facts.attribution_model,
    facts.channel,
    facts.influencer_id,
    facts.deliverable_id,
    facts.customer_segment,
    facts.value_segment
