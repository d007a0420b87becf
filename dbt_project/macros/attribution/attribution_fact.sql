{# Two ways to write an attribution model, one file each. Either way a model is a macro's call over the journey index.

   attribution_by_share: what the touches up to one have been given together is an expression over that touch's row. Then
      the fact is a view: nothing is stored, and a reader pays for what it reads.
   attribution_by_weight: a touch's weight is an expression, and what the others of its conversion weigh has to be summed up.
      Then what the sums give is stored.

   Touches of share or weight zero get no row. Money is exact: each touch gets the rounded running total less the previous
   one, in whole cents, and the last takes what is left, so that every conversion sums to its revenue, negative and zero
   too. A conversion without a creditable touch has one `(unattributed)` row. #}

{# attribution_by_share(up_to, before, touches): a model of shares that are known from a touch's own row of int_journeys.

   up_to, before: shares of the conversion that this touch and those before it get together, and those before it alone;
      from 0 to 1, and `up_to` of the last one is 1. `before` must be what `up_to` says of the touch before, to the last bit.
   touches: which rows of the index may get credit; all of one conversion where the shares are left out.

   The expressions go into the manifest, for what reads all models at once. #}
{% macro attribution_by_share(up_to='1', before='0', touches='is_creditable') -%}
{{ config(materialized='view', meta={'shares': {'up_to': up_to, 'before': before, 'touches': touches}}) }}
with credits as (
    {{ influencer_roi.credits_by_share({'up_to': up_to, 'before': before, 'touches': touches}) }}
)

select
    {{ influencer_roi.fact_name() }} as attribution_model,
    {{ influencer_roi.published_credit_columns() }}
from credits
{%- endmacro %}

{# credits_by_share(shares, internal): a row a credited touch, with what its conversion and its touch say. #}
{% macro credits_by_share(shares, internal=false) -%}
    select
        {{ influencer_roi.credit_columns_of('conversions', 'touches', internal) }},
        coalesce(touches.share_up_to - touches.share_before, 1) as credit,
        {{ from_cents(influencer_roi.cents_between('coalesce(touches.share_before, 0)', 'coalesce(touches.share_up_to, 1)')) }}
            as attributed_revenue
    from {{ influencer_roi.conversions_in_cents() }} as conversions
    left join (
        select
            *,
            cast({{ shares.up_to }} as double) as share_up_to,
            cast({{ shares.before }} as double) as share_before
        from {{ ref('int_journeys') }}
        where {{ shares.touches }}
    ) as touches on conversions.conversion_key = touches.conversion_key
    where touches.conversion_key is null or touches.share_up_to > touches.share_before
{%- endmacro %}

{# attribution_by_weight(weight, touches, joins, is_estimated): a model of weights that have to be summed up.

   weight: an expression over a row of int_journeys, from 0 to 1; normalised to sum to 1 in each conversion. It is kept as
      a decimal of 15 places, so that sums do not depend on the order in which threads add.
   touches: which rows of the index may get credit.
   joins: joins of further relations to `journeys`, for weights that are estimated.
   is_estimated: the weights depend on everybody's journeys, so a partial build restates every person.

   What is stored is narrow, a key and two figures a row; ids, times and names are looked up where the fact is read. #}
{% macro attribution_by_weight(weight, touches='is_creditable', joins='', is_estimated=false) -%}
{{ config(materialized='stored_fact', meta={'restates_everybody': is_estimated}) }}
with weighted as (
    select
        journeys.conversion_key,
        journeys.touch_number,
        cast({{ weight }} as decimal(18, 15)) as weight
    from {{ ref('int_journeys') }} as journeys
    {{ joins }}
    where ({{ touches }}) and {{ changed_only('journeys.person_key', ref('int_changed_people')) }}
),

shared as (
    select
        conversion_key,
        touch_number,
        weight,
        sum(weight) over so_far as running_weight,
        sum(weight) over whole as total_weight
    from weighted
    where weight > 0
    window
        so_far as (partition by conversion_key order by touch_number rows between unbounded preceding and current row),
        whole as (partition by conversion_key order by touch_number rows between unbounded preceding and unbounded following)
),

credits as (
    select
        conversions.conversion_key,
        conversions.person_key,
        shared.touch_number,
        coalesce(cast(shared.weight as double) / cast(shared.total_weight as double), 1) as credit,
        {{ from_cents(influencer_roi.cents_between(
            'coalesce(cast(shared.running_weight - shared.weight as double) / cast(shared.total_weight as double), 0)',
            'coalesce(cast(shared.running_weight as double) / cast(shared.total_weight as double), 1)'
        )) }} as attributed_revenue
    from {{ influencer_roi.conversions_in_cents() }} as conversions
    left join shared on conversions.conversion_key = shared.conversion_key
    where {{ changed_only('conversions.person_key', ref('int_changed_people')) }}
)

{{ view_from_here() }}
select
    {{ influencer_roi.fact_name() }} as attribution_model,
    {{ influencer_roi.published_credit_columns() }}
from (
    {{ influencer_roi.credits_with_touches('credits') }}
) as credited
{%- endmacro %}

{# conversions_in_cents(): int_conversions with the revenue in cents, its size and its sign, worked out once a conversion and not
   once a touch. #}
{% macro conversions_in_cents() -%}
    (
        select
            *,
            abs(revenue_cents) as revenue_size,
            cast(sign(revenue_cents) as bigint) as revenue_sign
        from (select *, {{ cents('revenue') }} as revenue_cents from {{ ref('int_conversions') }}) as in_cents
    )
{%- endmacro %}

{# cents_between(before, up_to): cents of a conversion of conversions_in_cents() between two running shares, 0 to 1. #}
{% macro cents_between(before, up_to) -%}
    conversions.revenue_sign * ({{ influencer_roi.cents_up_to(up_to) }} - {{ influencer_roi.cents_up_to(before) }})
{%- endmacro %}

{# cents_up_to(share): of the size of the conversion's revenue; all of it at the last touch, whatever a double can hold. #}
{% macro cents_up_to(share) -%}
    case
        when {{ share }} = 1 then conversions.revenue_size
        else {{ part_of_cents('conversions.revenue_size', share) }}
    end
{%- endmacro %}

{# fact_name(): the name of this file's model, as a literal. In a unit test `model` is the test, and names the model that it tests. #}
{% macro fact_name() -%}
    '{{ (model.tested_node_unique_id or model.unique_id).split('__')[1] }}'
{%- endmacro %}

{# published_credit_columns(): the columns of a fact after the model's name, over rows of credits_by_share() or credits_with_touches(). #}
{% macro published_credit_columns() -%}
    conversion_id,
    touchpoint_id,
    conversion_type,
    converted_at,
    person_id,
    touched_at,
    channel,
    influencer_id,
    campaign_id,
    deliverable_id,
    evidence,
    credit,
    attributed_revenue
{%- endmacro %}

{# credit_columns_of(conversions, touches, internal): all that readers of credits ask for, from an index row that may be
   missing; `internal` adds what no fact shows: segments, and person_key, which is not published. #}
{% macro credit_columns_of(conversions, touches, internal=false) -%}
    {{ conversions }}.conversion_key,
    {{ touches }}.touch_number,
    {{ conversions }}.conversion_id,
    {{ touches }}.touchpoint_id,
    {{ conversions }}.conversion_type,
    {{ conversions }}.converted_at,
    {{ conversions }}.person_id,
    {% if internal -%}
    {{ conversions }}.person_key,
    {{ conversions }}.customer_segment,
    {{ conversions }}.value_segment,
    {% endif -%}
    {{ touches }}.touched_at,
    coalesce({{ touches }}.channel, '(unattributed)') as channel,
    {{ touches }}.influencer_id,
    {{ touches }}.campaign_id,
    {{ touches }}.deliverable_id,
    {{ touches }}.evidence
{%- endmacro %}

{# credits_with_touches(credits): stored credits with their conversions and, where they are attributed, their touches. #}
{% macro credits_with_touches(credits, internal=false) -%}
    select
        {{ influencer_roi.credit_columns_of('conversions', 'journeys', internal) }},
        credits.credit,
        credits.attributed_revenue
    from {{ credits }} as credits
    inner join {{ ref('int_conversions') }} as conversions on credits.conversion_key = conversions.conversion_key
    left join {{ ref('int_journeys') }} as journeys
        on credits.conversion_key = journeys.conversion_key and credits.touch_number = journeys.touch_number
{%- endmacro %}

{# shares_of(attribution_model): how a model by share is calculated; none for a model by weight. #}
{% macro shares_of(attribution_model) -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.name == 'fct_attribution__' ~ attribution_model and node.resource_type == 'model' -%}
            {{ return(node.config.meta.get('shares')) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# position_share(position, first, middle, last): what the touches up to a position get together, of the shares of the first
   and the last touch and what those between divide; two touches share in proportion of first and last, evenly where both
   are zero; one takes all. Any scale will do: 40, 20, 40 too. #}
{% macro position_share(position, first, middle, last) -%}
    {%- set total = first + middle + last -%}
    case
        when {{ position }} <= 0 then 0
        when {{ position }} >= creditable_length then 1
        when creditable_length = 2 then {{ first / (first + last) if first + last > 0 else 0.5 }}
        else {{ first / total }} + {{ middle / total }} * cast({{ position }} - 1 as double) / cast(creditable_length - 2 as double)
    end
{%- endmacro %}

{# milestone_share(position, role_share, rest_share, milestones): what the touches up to a position get together where the first
   touch, the last, and the one at each milestone's position play a role. Each role gives its touch a share, roles on one touch
   add up, the touches without a role divide the rest; a milestone that was not reached (null) or an empty rest leaves its share
   to the others. #}
{% macro milestone_share(position, role_share, rest_share, milestones) -%}
    {%- set rest = influencer_roi.touches_without_role('creditable_length', milestones) -%}
    case
        when {{ position }} <= 0 then 0
        when {{ position }} >= creditable_length then 1
        else (
            {{ role_share }} * cast(1 {{ influencer_roi.milestones_reached(position, milestones) }} as double)
            + case
                when {{ rest }} > 0
                    then {{ rest_share }} * cast({{ influencer_roi.touches_without_role(position, milestones) }} as double) / {{ rest }}
                else 0
            end
        ) / (
            {{ role_share }} * cast(2 {{ influencer_roi.milestones_reached('creditable_length', milestones) }} as double)
            + case when {{ rest }} > 0 then {{ rest_share }} else 0 end
        )
    end
{%- endmacro %}

{% macro milestones_reached(position, milestones) -%}
    {% for milestone in milestones %} + case when {{ milestone }} <= {{ position }} then 1 else 0 end{% endfor %}
{%- endmacro %}

{# touches_without_role(position, milestones): how many of the touches up to a position play no role; of two or more touches. #}
{% macro touches_without_role(position, milestones) -%}
    ({{ position }} - {% if position == 'creditable_length' %}2{% else %}1{% endif %}
    {%- for milestone in milestones %} - case
        when {{ milestone }} > 1 and {{ milestone }} <= {{ position }} and {{ milestone }} < creditable_length
        {%- for earlier in milestones[:loop.index0] %} and coalesce({{ milestone }} <> {{ earlier }}, true){% endfor %} then 1 else 0
    end{% endfor %})
{%- endmacro %}
