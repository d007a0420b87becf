{%- set seed = ref('tracking_links') -%}

with source as (
    select * from {{ seed }}
),

renamed as (
    select
        {{ registry_column(seed, 'link_id') }},
        {{ registry_column(seed, 'influencer_id') }},
        {{ registry_column(seed, 'campaign_id') }},
        {{ registry_column(seed, 'deliverable_id') }},
        {{ registry_column(seed, 'slug') }},
        {{ registry_column(seed, 'destination_url') }},
        {{ registry_column(seed, 'utm_source') }},
        {{ registry_column(seed, 'utm_medium') }},
        {{ registry_column(seed, 'utm_campaign') }},
        {{ registry_column(seed, 'utm_content') }},
        {{ registry_time(seed, 'valid_from') }},
        {{ registry_time(seed, 'valid_to') }}
    from source
)

select
    link_id,
    influencer_id,
    campaign_id,
    deliverable_id,
    slug,
    destination_url,
    lower(utm_source) as utm_source,
    lower(utm_medium) as utm_medium,
    lower(utm_campaign) as utm_campaign,
    lower(utm_content) as utm_content,
    valid_from,
    valid_to
from renamed
