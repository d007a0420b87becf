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
        {{ registry_column(seed, 'currency') }},
        {{ registry_column(seed, 'channel') }}
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
    upper(currency) as currency,
    -- What names an influencer or a post is theirs, whatever channel it was boosted on.
    case
        when
            influencer_id is null and deliverable_id is null
            and replace(replace(lower(channel), ' ', '_'), '-', '_') <> 'influencer'
            then replace(replace(lower(channel), ' ', '_'), '-', '_')
    end as channel
from renamed
