-- Credit for goals, that is for conversions other than purchases, by what reached them.
with credits as (
    {{ credits_side_by_side("conversions.conversion_type <> 'purchase'") }}
),

summed as (
    select
        conversion_type,
        channel,
        influencer_id
        {%- for attribution_model in attribution_models() %},
        {{ sum_of_credit(attribution_model ~ '_credit') }} as {{ attribution_model }}_conversions
        {%- endfor %}
    from credits
    group by conversion_type, channel, influencer_id
)

select
    models.attribution_model,
    summed.conversion_type,
    summed.channel,
    summed.influencer_id,
    cast({{ the_models('conversions') }} as double) as conversions
from summed
cross join {{ attribution_model_rows() }} as models
where {{ the_models('conversions') }} is not null
