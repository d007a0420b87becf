{%- set seed = ref('deliverables') -%}

with source as (
    select * from {{ seed }}
),

renamed as (
    select
        {{ registry_column(seed, 'deliverable_id') }},
        {{ registry_column(seed, 'partnership_id') }},
        {{ registry_column(seed, 'platform') }},
        {{ registry_column(seed, 'content_format') }},
        {{ registry_column(seed, 'utm_content') }},
        {{ registry_time(seed, 'posted_at') }},
        {{ registry_column(seed, 'post_url') }},
        {{ registry_column(seed, 'impressions', 'bigint') }},
        {{ registry_column(seed, 'engagements', 'bigint') }}
    from source
)

select
    deliverable_id,
    partnership_id,
    lower(platform) as platform,
    lower(content_format) as content_format,
    lower(utm_content) as utm_content,
    posted_at,
    post_url,
    impressions,
    engagements
from renamed
