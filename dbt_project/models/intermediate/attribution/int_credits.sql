{{ config(materialized='view') }}

-- fct_attribution with short keys and segments, for whoever sums it up.
{{ credits_of_all_models(internal=true) }}
