{%- set seed = ref('costs') -%}

with source as (
    select * from {{ seed }}
),

renamed as (
    select
        {{ registry_column(seed, 'cost_id') }},
        {{ registry_column(seed, 'influencer_id') }},
        {{ registry_column(seed, 'campaign_id') }},
        {{ registry_column(seed, 'deliverable_id') }},
        {{ registry_column(seed, 'cost_type') }},
        {{ registry_column(seed, 'incurred_on', 'date') }},
        {{ registry_column(seed, 'amount', 'decimal(18, 4)') }},
        {{ registry_column(seed, 'currency') }}
    from source
)

select
    cost_id,
    influencer_id,
    campaign_id,
    deliverable_id,
    lower(cost_type) as cost_type,
    incurred_on,
    amount,
    upper(currency) as currency
from renamed
