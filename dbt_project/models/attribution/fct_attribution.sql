{{ config(materialized='view') }}

{% for attribution_model in attribution_models() -%}
select
    attribution_model, conversion_id, touchpoint_id, conversion_type, converted_at, person_id, touched_at, channel,
    influencer_id, campaign_id, deliverable_id, evidence, credit, attributed_revenue
from {{ ref('fct_attribution__' ~ attribution_model) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
