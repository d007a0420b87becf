{# attribution_fact(weight, touches): the whole of an attribution model but its weight.

   weight: an expression over a row of int_journeys, from 0 to 1; normalised to sum to 1 in each conversion. It is kept as
      a decimal of 15 places, so that sums do not depend on the order in which threads add.
   touches: which rows of the index may get credit.
   joins: joins of further relations to `journeys`, for weights that are estimated.
   is_estimated: the weights depend on everybody's journeys, so a partial build restates every person.

   Rows of weight zero get no row. Money is exact: each touch gets the rounded running total less the previous one, in
   whole cents, and the last takes what is left, so that every conversion sums to its revenue, negative and zero too.
   A conversion without a creditable touch has one `(unattributed)` row.

   What is stored is narrow, a key and two figures a row; ids, times and names are looked up where the fact is read. #}
{% macro attribution_fact(weight, touches='is_creditable', joins='', is_estimated=false) -%}
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
        {{ from_cents(
            running_revenue('coalesce(shared.running_weight, 1)') ~ ' - '
            ~ running_revenue('coalesce(shared.running_weight - shared.weight, 0)')
        ) }} as attributed_revenue
    from {{ ref('int_conversions') }} as conversions
    left join shared on conversions.conversion_key = shared.conversion_key
    where {{ changed_only('conversions.person_key', ref('int_changed_people')) }}
)

{{ view_from_here() }}
{#- In a unit test `model` is the test, and names the model that it tests. -#}
{{ credited_touches("'" ~ (model.tested_node_unique_id or model.unique_id).split('__')[1] ~ "'") }}
{%- endmacro %}

{# running_revenue(running_weight): cents of the conversion's revenue up to a running weight; all of it at the last touch. #}
{% macro running_revenue(running_weight) -%}
    case
        when {{ running_weight }} = coalesce(shared.total_weight, 1) then {{ cents('conversions.revenue') }}
        else {{ share_of_cents(
            cents('conversions.revenue'),
            'cast(' ~ running_weight ~ ' as double) / cast(coalesce(shared.total_weight, 1) as double)'
        ) }}
    end
{%- endmacro %}

{# credited_touches(attribution_model): the published columns of a fact, over `credits`. #}
{% macro credited_touches(attribution_model) -%}
select
    {{ attribution_model }} as attribution_model,
    conversions.conversion_id,
    journeys.touchpoint_id,
    conversions.conversion_type,
    conversions.converted_at,
    conversions.person_id,
    journeys.touched_at,
    coalesce(journeys.channel, '(unattributed)') as channel,
    journeys.influencer_id,
    journeys.campaign_id,
    journeys.deliverable_id,
    journeys.evidence,
    credits.credit,
    credits.attributed_revenue
{{ influencer_roi.from_credits() }}
{%- endmacro %}

{# from_credits(): `credits` with their `conversions` and, where they are attributed, the touches of `journeys`. #}
{% macro from_credits() -%}
from credits
inner join {{ ref('int_conversions') }} as conversions on credits.conversion_key = conversions.conversion_key
left join {{ ref('int_journeys') }} as journeys
    on credits.conversion_key = journeys.conversion_key and credits.touch_number = journeys.touch_number
{%- endmacro %}

{# position_weight(first, middle, last): shares of the first and last touch and what those between divide; two touches
   share in proportion of first and last, evenly where both are zero; one takes all. Any scale will do: 40, 20, 40 too. #}
{% macro position_weight(first, middle, last) -%}
    {%- set total = first + middle + last -%}
    case
        when creditable_length <= {{ 2 if first + last == 0 else 1 }} then 1.0
        when creditable_position = 1 then {{ first / total }}
        when creditable_position = creditable_length then {{ last / total }}
        else {{ middle / total }} / cast(creditable_length - 2 as double)
    end
{%- endmacro %}

{# milestone_weight(role_share, rest_share, roles): each role gives its touch a share, roles on one touch add up, the
   touches without a role divide the rest; a missing role or an empty rest leaves its share to the others. #}
{% macro milestone_weight(role_share, rest_share, roles) -%}
    {%- set played -%}
        {% for role in roles %}case when {{ role }} then 1 else 0 end{% if not loop.last %} + {% endif %}{% endfor %}
    {%- endset -%}
    case
        when {{ played }} > 0 then {{ role_share }} * ({{ played }})
        else {{ rest_share }} / cast(
            sum(case when {{ played }} = 0 then 1 else 0 end) over (partition by journeys.conversion_key) as double
        )
    end
{%- endmacro %}
