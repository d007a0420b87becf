{# event_content(): the columns of `raw.clicks` that say what an event is: two rows that agree in all of them are one event. #}
{% macro event_content() -%}
    {{ return([
        'event_id', 'event_at', 'visitor_id', 'event_name', 'page_url', 'referrer_url', 'user_agent', 'customer_id',
        'email_hash', 'order_id', 'event_value', 'engagement_seconds', 'consent', 'extra',
    ]) }}
{%- endmacro %}
