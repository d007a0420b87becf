{%- set seed = ref('promo_codes') -%}

with source as (
    select * from {{ seed }}
),

renamed as (
    select
        {{ registry_column(seed, 'promo_code') }},
        {{ registry_column(seed, 'influencer_id') }},
        {{ registry_column(seed, 'campaign_id') }},
        {{ registry_column(seed, 'discount_type') }},
        {{ registry_column(seed, 'discount_value', 'decimal(18, 4)') }},
        {{ registry_time(seed, 'valid_from') }},
        {{ registry_time(seed, 'valid_to') }}
    from source
)

select
    promo_code,
    influencer_id,
    campaign_id,
    lower(discount_type) as discount_type,
    discount_value,
    valid_from,
    valid_to
from renamed
