{# credit_columns(): sums over rows of int_credits_daily; exact first, doubles only where they leave for a mart. #}
{% macro credit_columns() -%}
    cast(sum(conversions) as double) as conversions,
    cast(sum(new_customers) as double) as new_customers,
    cast(sum(attributed_revenue) as decimal(18, 2)) as attributed_revenue,
    cast(sum(new_customer_revenue) as decimal(18, 2)) as new_customer_revenue,
    cast(case when sum(touches_of_unknown_contribution) = 0 then sum(contribution) end as decimal(18, 2)) as attributed_contribution,
    cast(sum(new_customers_revenue_to_date) as double) / nullif(cast(sum(new_customers) as double), 0) as ltv_per_customer
{%- endmacro %}

{# ratio(numerator, denominator): a quotient as double; null, never infinity, where there is nothing to divide by. #}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

{# return_pct(value, cost): (value - cost) / cost x 100; null where the cost is 0 and -100 where the value is 0. #}
{% macro return_pct(value, cost) -%}
    cast({{ value }} - {{ cost }} as double) / nullif(cast({{ cost }} as double), 0) * 100
{%- endmacro %}

{# attribution_model_rows(): a relation of one row an attribution model, to cross join with. #}
{% macro attribution_model_rows() -%}
    (
        {% for attribution_model in influencer_roi.attribution_models() -%}
        select '{{ attribution_model }}' as attribution_model {% if not loop.last %}union all{% endif %}
        {% endfor %}
    )
{%- endmacro %}
