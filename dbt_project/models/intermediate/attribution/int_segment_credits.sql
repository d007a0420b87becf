-- Credit of every model by all that comparisons are cut by, summed once; int_category_credits does the same for products.
with summed as (
    select
        channel,
        influencer_id,
        deliverable_id,
        customer_segment,
        value_segment
        {%- for attribution_model in attribution_models() %},
        {{ sum_of_credit(attribution_model ~ '_credit') }} as {{ attribution_model }}_conversions,
        sum({{ attribution_model }}_cents) as {{ attribution_model }}_cents
        {%- endfor %}
    from {{ ref('int_purchase_credits') }}
    group by channel, influencer_id, deliverable_id, customer_segment, value_segment
)

select
    models.attribution_model,
    summed.channel,
    summed.influencer_id,
    summed.deliverable_id,
    summed.customer_segment,
    summed.value_segment,
    {{ the_models('conversions') }} as conversions,
    {{ from_cents(the_models('cents')) }} as attributed_revenue
from summed
cross join {{ attribution_model_rows() }} as models
where {{ the_models('conversions') }} is not null
