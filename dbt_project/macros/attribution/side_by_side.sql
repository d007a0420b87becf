{# Every model's credit in one row a touch, so that one pass over the journey index serves all of them.

   credits_side_by_side(condition, models): a query with a row for each touch of the index, and one for each conversion that
   one of the models leaves `(unattributed)`; of conversions for which `condition` holds. For each model
   it has `<model>_credit`, null where the model has no row in its fact, and `<model>_cents`. What facts publish is calculated
   by the same expressions. #}
{% macro credits_side_by_side(condition='true', models=none) -%}
    {%- set by_share, by_weight, rules = {}, [], [] -%}
    {%- for attribution_model in models or attribution_models() -%}
        {%- set fact = ref('fct_attribution__' ~ attribution_model) -%}
        {%- set shares = influencer_roi.shares_of(attribution_model) -%}
        {%- if shares -%}
            {%- do by_share.update({attribution_model: shares}) -%}
            {%- if shares.touches not in rules -%}{%- do rules.append(shares.touches) -%}{%- endif -%}
        {%- else -%}
            {%- do by_weight.append(attribution_model) -%}
        {%- endif -%}
    {%- endfor -%}
    select
        {{ influencer_roi.credit_columns_of('conversions', 'touches', internal=true) }}
        {%- for attribution_model, shares in by_share.items() %},
        {% if shares.up_to == '1' and shares.before == '0' -%}
        case when touches.rule_{{ rules.index(shares.touches) }} then cast(1 as double) end as {{ attribution_model }}_credit,
        case when touches.rule_{{ rules.index(shares.touches) }} then conversions.revenue_cents end as {{ attribution_model }}_cents
        {%- else -%}
        nullif(touches.{{ attribution_model }}_up_to - touches.{{ attribution_model }}_before, 0) as {{ attribution_model }}_credit,
        {{ influencer_roi.cents_between('touches.' ~ attribution_model ~ '_before', 'touches.' ~ attribution_model ~ '_up_to') }}
            as {{ attribution_model }}_cents
        {%- endif %}
        {%- endfor %}
        {%- for attribution_model in by_weight %},
        {{ attribution_model }}.credit as {{ attribution_model }}_credit,
        {{ cents(attribution_model ~ '.attributed_revenue') }} as {{ attribution_model }}_cents
        {%- endfor %}
    from {{ influencer_roi.conversions_in_cents() }} as conversions
    inner join (
        select
            *
            {%- for rule in rules %},
            {{ rule }} as rule_{{ loop.index0 }}
            {%- endfor %}
            {%- for attribution_model, shares in by_share.items() if not (shares.up_to == '1' and shares.before == '0') %},
            case when {{ shares.touches }} then {{ shares.up_to }} end as {{ attribution_model }}_up_to,
            case when {{ shares.touches }} then {{ shares.before }} end as {{ attribution_model }}_before
            {%- endfor %}
        from {{ ref('int_journeys') }}
    ) as touches on conversions.conversion_key = touches.conversion_key
    {% for attribution_model in by_weight -%}
    left join {{ influencer_roi.stored_credits(ref('fct_attribution__' ~ attribution_model)) }} as {{ attribution_model }}
        on
            touches.conversion_key = {{ attribution_model }}.conversion_key
            and touches.touch_number = {{ attribution_model }}.touch_number
    {% endfor -%}
    where {{ condition }}
    union all
    select
        {{ influencer_roi.credit_columns_of('conversions', 'nothing', internal=true) }}
        {%- for attribution_model, shares in by_share.items() %},
        case when covered.rule_{{ rules.index(shares.touches) }} is null then cast(1 as double) end as {{ attribution_model }}_credit,
        case when covered.rule_{{ rules.index(shares.touches) }} is null then conversions.revenue_cents end
            as {{ attribution_model }}_cents
        {%- endfor %}
        {%- for attribution_model in by_weight %},
        {{ attribution_model }}.credit as {{ attribution_model }}_credit,
        {{ cents(attribution_model ~ '.attributed_revenue') }} as {{ attribution_model }}_cents
        {%- endfor %}
    from {{ influencer_roi.conversions_in_cents() }} as conversions
    -- No touch, with a touch's columns.
    left join {{ ref('int_journeys') }} as nothing on conversions.conversion_key = nothing.conversion_key and false
    left join (
        select
            conversion_key
            {%- for rule in rules %},
            max(case when {{ rule }} then 1 end) as rule_{{ loop.index0 }}
            {%- endfor %}
        from {{ ref('int_journeys') }}
        group by conversion_key
    ) as covered on conversions.conversion_key = covered.conversion_key
    {% for attribution_model in by_weight -%}
    left join {{ influencer_roi.stored_credits(ref('fct_attribution__' ~ attribution_model)) }} as {{ attribution_model }}
        on conversions.conversion_key = {{ attribution_model }}.conversion_key and {{ attribution_model }}.touch_number is null
    {% endfor -%}
    where
        {{ condition }}
        and (
            {%- for rule in rules %}
            covered.rule_{{ loop.index0 }} is null or
            {%- endfor %}
            {%- for attribution_model in by_weight %}
            {{ attribution_model }}.credit is not null or
            {%- endfor %} false
        )
{%- endmacro %}

{# each_models(figures): of columns `<model>_<figure>` those of the row's `models.attribution_model`; beside a cross join with
   attribution_model_rows(). #}
{% macro each_models(figures) -%}
    {% for figure in figures -%}
    {{ influencer_roi.the_models(figure) }} as {{ figure }}
    {%- if not loop.last %},
    {% endif %}
    {%- endfor %}
{%- endmacro %}

{% macro the_models(figure) -%}
    case models.attribution_model
        {%- for attribution_model in attribution_models() %} when '{{ attribution_model }}' then {{ attribution_model }}_{{ figure }}{% endfor %} end
{%- endmacro %}

{# not_given_away_once(attribution_model): a condition over sums of a conversion's rows that finds credit lost or doubled. #}
{% macro not_given_away_once(attribution_model) -%}
    (
        {{ attribution_model }}_credit is null
        or abs({{ attribution_model }}_credit - 1) > 0.000000001
        or {{ attribution_model }}_cents <> revenue_cents
        -- An unattributed row stands alone.
        or ({{ attribution_model }}_touches < {{ attribution_model }}_rows and {{ attribution_model }}_rows > 1)
    )
{%- endmacro %}
