{%- set seed = ref('influencers') -%}

with source as (
    select * from {{ seed }}
),

renamed as (
    select
        {{ registry_column(seed, 'influencer_id') }},
        {{ registry_column(seed, 'influencer_name') }},
        {{ registry_column(seed, 'handle') }},
        {{ registry_column(seed, 'tier') }},
        {{ registry_column(seed, 'niche') }},
        {{ registry_column(seed, 'country') }},
        {{ registry_column(seed, 'followers', 'bigint') }},
        {{ registry_column(seed, 'customer_id') }}
    from source
)

select
    influencer_id,
    influencer_name,
    handle,
    lower(tier) as tier,
    niche,
    country,
    followers,
    -- Optional: who the influencer is as a customer, to tell their own orders from their audience's.
    customer_id
from renamed
