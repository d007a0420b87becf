{# attribution_models(): every attribution model, by name; one file fct_attribution__<name>.sql each. #}
{% macro attribution_models() -%}
    {{ return([
        'first_touch', 'last_touch', 'last_non_direct', 'linear', 'time_decay', 'position_based', 'j_shaped', 'inverse_j',
        'w_shaped', 'full_path', 'promo_code', 'hybrid', 'markov', 'shapley',
    ]) }}
{%- endmacro %}
