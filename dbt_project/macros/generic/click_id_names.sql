{# click_id_names(seed): names of click id parameters in two lists: of advertisements, and of any shared link.
   A list without names is left out; before there is a seed, `gclid` is the only name. #}
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
