{# click_id_names(seed): the names of click id parameters in two lists, of advertisements first, of shared links second;
   a list without names is left out. `gclid` alone before the seed is there. #}
{% macro click_id_names(seed) -%}
    {%- set names = {true: [], false: []} -%}
    {%- set table = influencer_roi.seed_table(seed) -%}
    {%- if table is not none -%}
        {%- for row in run_query("select is_paid, parameter from " ~ table ~ " order by parameter").rows -%}
            {%- do names[row['is_paid']].append(row['parameter']) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return([names[true], names[false]] | select | list or [['gclid']]) }}
{%- endmacro %}
