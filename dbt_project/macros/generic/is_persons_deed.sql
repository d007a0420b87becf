{# is_persons_deed(clicks): a condition on staged clicks: no known bot, and no file that a page pulls in. #}
{% macro is_persons_deed(clicks) -%}
{{ clicks }}.event_name <> 'asset'
        and not exists (
            select 1
            from {{ ref('stg_web__bot_user_agents') }} as bots
            where bots.user_agent = {{ clicks }}.user_agent
        )
{%- endmacro %}
