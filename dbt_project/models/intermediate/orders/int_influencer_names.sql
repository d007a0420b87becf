-- Every name that people and CRMs use for an influencer; a name that two of them share names neither.
with names as (
    select influencer_id, lower(influencer_id) as name from {{ ref('stg_registry__influencers') }}
    union
    select influencer_id, lower(influencer_name) from {{ ref('stg_registry__influencers') }}
    union
    select influencer_id, lower(replace(handle, '@', '')) from {{ ref('stg_registry__influencers') }}
    union
    select influencer_id, utm_source from {{ ref('stg_registry__tracking_links') }}
)

select name, min(influencer_id) as influencer_id
from names
where name is not null
group by name
having count(distinct influencer_id) = 1
