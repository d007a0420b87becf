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
        {{ registry_column(seed, 'followers', 'bigint') }}
    from source
)

select
    influencer_id,
    influencer_name,
    handle,
    lower(tier) as tier,
    niche,
    country,
    followers
from renamed
