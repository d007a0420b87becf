{# setting_names(): the variables of dbt_project.yml, which no macro can list; a test compares the two. #}
{% macro setting_names() -%}
    {{ return([
        'reporting_currency', 'reporting_timezone', 'session_timeout_minutes', 'attribution_window_hours',
        'restart_after_purchase', 'direct_touches', 'code_policy', 'collapse_repeats', 'half_life_hours', 'position_weights',
        'markov_order', 'markov_min_journeys', 'gross_margin_pct', 'max_quarantine_share', 'cost_spread', 'decision_model',
        'shipping_cost_per_order', 'bootstrap_replicates', 'interval_pct', 'min_sample_people', 'plan_budget',
        'plan_period_days', 'plan_max_change_pct', 'plan_elasticity', 'halo_days', 'silence_after_hours', 'code_silence_days',
        'silence_min_visits', 'silence_recent_days', 'own_domains', 'identity_max_strong_neighbours', 'identity_max_visitors',
        'bot_min_session_events', 'bot_max_events_per_minute', 'value_segment_thresholds',
    ]) }}
{%- endmacro %}
