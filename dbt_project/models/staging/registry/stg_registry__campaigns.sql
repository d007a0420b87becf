{%- set seed = ref('campaigns') -%}

with source as (
    select * from {{ seed }}
),

renamed as (
    select
        {{ registry_column(seed, 'campaign_id') }},
        {{ registry_column(seed, 'campaign_name') }},
        {{ registry_column(seed, 'utm_campaign') }},
        {{ registry_column(seed, 'starts_on', 'date') }},
        {{ registry_column(seed, 'ends_on', 'date') }},
        {{ registry_column(seed, 'product_category') }},
        {{ registry_column(seed, 'budget', 'decimal(18, 4)') }}
    from source
)

select
    campaign_id,
    campaign_name,
    lower(utm_campaign) as utm_campaign,
    starts_on,
    ends_on,
    product_category,
    budget
from renamed
