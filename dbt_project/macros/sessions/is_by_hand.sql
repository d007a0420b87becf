{# is_by_hand(session): a condition on a session's events and times: a rate that no hand keeps up over hundreds of events is a
   machine under a borrowed user agent. #}
{% macro is_by_hand(session) -%}
(
            {{ session }}.events < {{ var('bot_min_session_events') }}
            or {{ session }}.events * 60.0 <= {{ var('bot_max_events_per_minute') }}
            * {{ seconds_between(session ~ '.started_at', session ~ '.ended_at') }}
        )
{%- endmacro %}
