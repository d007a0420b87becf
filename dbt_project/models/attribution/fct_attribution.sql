{{ config(materialized='view') }}

-- Ids and names are looked up once for all models together, which the views of the single models would do once each.
with credits as (
    {{ credits_of_all_models() }}
)

{{ credited_touches('credits.attribution_model') }}
