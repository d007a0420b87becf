{# event_name(name): trackers write `Page View`, `page-view` and `page_view`; goals and page views are compared in one form. #}
{% macro event_name(name) -%}
    lower(replace(replace({{ name }}, ' ', '_'), '-', '_'))
{%- endmacro %}
