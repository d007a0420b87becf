{# cost_columns(amount): the four kinds of cost of the ROI marts and their total, as sums over rows of `cost_type`, `amount`. #}
{% macro cost_columns(amount='amount') -%}
    cast(sum(case when cost_type = 'fee' then {{ amount }} else 0 end) as decimal(18, 2)) as fixed_fee,
    cast(sum(case when cost_type = 'commission' then {{ amount }} else 0 end) as decimal(18, 2)) as commission,
    cast(sum(case when cost_type = 'product' then {{ amount }} else 0 end) as decimal(18, 2)) as product_cost,
    cast(sum(case when cost_type not in ('fee', 'commission', 'product') then {{ amount }} else 0 end) as decimal(18, 2))
        as other_cost,
    cast(sum({{ amount }}) as decimal(18, 2)) as total_cost
{%- endmacro %}
