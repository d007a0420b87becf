{# engagement_thresholds(seed): rule name to threshold; a session above any of them is engaged. #}
{% macro engagement_thresholds(seed) -%}
    {%- set thresholds = {'engagement_seconds': 180, 'page_views': 4, 'micro_conversions': 0} -%}
    {%- set table = influencer_roi.seed_table(seed) -%}
    {%- if table is not none -%}
        {%- for row in run_query("select rule, threshold from " ~ table ~ " order by rule").rows -%}
            {%- do thresholds.update({row['rule']: row['threshold']}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(thresholds) }}
{%- endmacro %}
