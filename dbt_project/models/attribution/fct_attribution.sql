{{ config(materialized='view') }}

-- Ids and names are looked up once for all models together, which the views of the single models would do once each.
{% for attribution_model in attribution_models() -%}
-- depends_on: {{ ref('fct_attribution__' ~ attribution_model) }}
{% endfor %}
with credits as (
    {% for attribution_model in attribution_models() -%}
    select '{{ attribution_model }}' as attribution_model, conversion_key, touch_number, credit, attributed_revenue
    from {{ stored_credits(ref('fct_attribution__' ~ attribution_model)) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

{{ credited_touches('credits.attribution_model') }}
