{{ config(materialized='view') }}

-- By their names: written out, all facts together are longer than what a metastore keeps of a view.
{% for attribution_model in attribution_models() -%}
select
    attribution_model,
    {{ published_credit_columns() }}
from {{ ref('fct_attribution__' ~ attribution_model) }}
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
