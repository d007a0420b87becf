{{ config(meta={'dagster': {'ref': {'name': 'mart_influencer_roi'}}}) }}

-- Detects an influencer of the registry who is missing from the ROI mart under some model, and rows of nobody
-- in it.
-- A failure means that whoever cost money and sold nothing disappears from the table instead of standing at
-- -100 %.
with expected as (
    select influencers.influencer_id, models.attribution_model
    from {{ ref('stg_registry__influencers') }} as influencers
    cross join (
        {% for attribution_model in attribution_models() -%}
        select '{{ attribution_model }}' as attribution_model
        {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as models
)

select
    coalesce(expected.influencer_id, found.influencer_id) as influencer_id,
    coalesce(expected.attribution_model, found.attribution_model) as attribution_model,
    case when found.influencer_id is null then 'missing' else 'unknown to the registry' end as problem
from expected
full outer join {{ ref('mart_influencer_roi') }} as found
    on expected.influencer_id = found.influencer_id and expected.attribution_model = found.attribution_model
where expected.influencer_id is null or found.influencer_id is null
