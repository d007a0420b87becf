{%- set seed = ref('partnerships') -%}

with source as (
    select * from {{ seed }}
),

renamed as (
    select
        {{ registry_column(seed, 'partnership_id') }},
        {{ registry_column(seed, 'influencer_id') }},
        {{ registry_column(seed, 'campaign_id') }},
        {{ registry_column(seed, 'fee', 'decimal(18, 4)') }},
        {{ registry_column(seed, 'currency') }},
        {{ registry_column(seed, 'commission_pct', 'decimal(9, 4)') }},
        {{ registry_column(seed, 'attribution_window_days', 'int') }}
    from source
)

select
    partnership_id,
    influencer_id,
    campaign_id,
    fee,
    upper(currency) as currency,
    commission_pct,
    attribution_window_days
from renamed
