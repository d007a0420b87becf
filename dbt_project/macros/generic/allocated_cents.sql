{# allocated_cents(cents, part, parts): part number `part` of whole cents split evenly in `parts`: the rounded running
   total less the one before, so that the parts always add up to the whole. #}
{% macro allocated_cents(cents, part, parts) -%}
    {{ influencer_roi.running_cents(cents, part, parts) }} - {{ influencer_roi.running_cents(cents, part ~ ' - 1', parts) }}
{%- endmacro %}

{# running_cents(cents, part, parts): the first `part` of `parts` even shares, rounded; the last part takes all. #}
{% macro running_cents(cents, part, parts) -%}
    case
        when {{ part }} >= {{ parts }} then {{ cents }}
        else {{ share_of_cents(cents, 'cast(' ~ part ~ ' as double) / ' ~ parts) }}
    end
{%- endmacro %}
