{{ config(meta={'dagster': {'ref': {'name': 'fct_sessions'}}}) }}

-- Detects personal data in published tables: columns that by their name hold some, and e-mail addresses in
-- the texts that come from page addresses. `person_id` is a keyed hash, `order_id` the shop's own number.
-- A failure means that readers of roi.duckdb see who somebody is: stop publishing, and take the column or the
-- text out.
{%- set forbidden = [
    'email', 'email_hash', 'phone', 'ip', 'ip_address', 'visitor_id', 'visitor_key', 'visitor_identifier',
    'customer_id', 'customer_key', 'customer_name', 'contact_id', 'contact_key', 'first_name', 'last_name',
    'full_name', 'user_agent', 'person_key', 'identifier', 'page_url', 'landing_url', 'referrer_url',
    'survey_answer',
] %}
{%- set texts = ['landing_page', 'source', 'medium', 'campaign', 'content'] %}
{%- set found = [] %}
{%- if execute -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.schema == 'marts' -%}
        {%- for column in node.columns if column in forbidden -%}
            {%- do found.append(node.name ~ '.' ~ column) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endif %}
select session_id as place, 'an e-mail address in a text' as problem
from {{ ref('fct_sessions') }}
where
    {% for text in texts -%}
    -- The pattern runs only where there is an `@` at all.
    ({{ text }} like '%@%' and {{ has_email(text) }})
    {% if not loop.last %}or {% endif %}
    {%- endfor %}
{% for column in found -%}
union all
select '{{ column }}' as place, 'a column of personal data' as problem
{% endfor %}
