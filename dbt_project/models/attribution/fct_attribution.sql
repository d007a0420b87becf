{{ config(materialized='view') }}

select
    attribution_model,
    {{ published_credit_columns() }}
from (
    {{ credits_of_all_models() }}
) as credits
