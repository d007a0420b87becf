{# matches_any(value, seed): some pattern of a reference seed occurs in the value.
   One literal a batch: both engines compile a constant expression once, but one from a column once a row; and with
   all patterns in one, RE2's automaton outgrows its memory and takes sixty times as long. #}
{% macro matches_any(value, seed) -%}
    {%- set batches = {} -%}
    {%- set table = influencer_roi.seed_table(seed) -%}
    {%- if table is not none -%}
        {%- for row in run_query("select batch, pattern from " ~ table ~ " order by batch, pattern").rows -%}
            {%- do batches.setdefault(row['batch'], []).append('(?:' ~ row['pattern'] ~ ')') -%}
        {%- endfor -%}
    {%- endif -%}
    (
        false
        {% for patterns in batches.values() -%}
        or {{ influencer_roi.partial_match(value, dbt.string_literal(dbt.escape_single_quotes(patterns | join('|')))) }}
        {% endfor -%}
    )
{%- endmacro %}
