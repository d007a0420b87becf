-- Credited purchases, summed once for all ROI marts. Credit stays a decimal, so that sums of sums do not depend on order.
select
    facts.attribution_model,
    {{ reporting_date('facts.converted_at') }} as reporting_day,
    facts.channel,
    facts.influencer_id,
    facts.campaign_id,
    facts.deliverable_id,
    sum(cast(facts.credit as decimal(28, 12))) as conversions,
    sum(case when purchases.is_first_purchase then cast(facts.credit as decimal(28, 12)) else 0 end) as new_customers,
    cast(sum(facts.attributed_revenue) as decimal(18, 2)) as attributed_revenue,
    cast(sum(case when purchases.is_first_purchase then facts.attributed_revenue else 0 end) as decimal(18, 2))
        as new_customer_revenue,
    sum(cast(facts.credit * cast(purchases.contribution as double) as decimal(28, 12))) as contribution,
    sum(case when purchases.contribution is null then 1 else 0 end) as touches_of_unknown_contribution,
    sum(case
        when purchases.is_first_purchase
            then cast(facts.credit * cast(purchases.customer_revenue as double) as decimal(28, 12))
        else 0
    end) as new_customers_revenue_to_date
from {{ ref('int_purchase_credits') }} as facts
inner join {{ ref('int_order_values') }} as purchases on facts.conversion_key = purchases.conversion_key
group by
    facts.attribution_model,
    {{ reporting_date('facts.converted_at') }},
    facts.channel,
    facts.influencer_id,
    facts.campaign_id,
    facts.deliverable_id
