{# channel_case(rules): the ordered channel rules as one case expression, of sessions without an influencer; no rule means
   (other), never direct.
   Literals, because both engines compile a constant pattern once and one from a column once a row. #}
{% macro channel_case(rules) -%}
    {%- set columns = {
        'source_pattern': 'source', 'medium_pattern': 'medium', 'campaign_pattern': 'campaign', 'requires_click_id': 'click_id',
    } -%}
    {%- set table = influencer_roi.seed_table(rules) -%}
    {%- if table is not none -%}
        {%- set rows = run_query(
            "select channel, source_category, source_pattern, medium_pattern, campaign_pattern, requires_click_id from "
            ~ table ~ " order by rule_order"
        ).rows -%}
    {%- else -%}
        {%- set rows = [] -%}
    {%- endif -%}
    case
        when source_category = 'spam' then 'referrer_spam'
        {% for row in rows %}
        when true
            {% if row['source_category'] %}and source_category = {{ dbt.string_literal(row['source_category']) }}{% endif %}
            {% for pattern, column in columns.items() if row[pattern] %}
            and {{ influencer_roi.full_match(column, dbt.string_literal(dbt.escape_single_quotes(row[pattern]))) }}
            {% endfor %}
            then {{ dbt.string_literal(row['channel']) }}
        {% endfor %}
        else '(other)'
    end
{%- endmacro %}
