select influencer_id, influencer_name, handle, tier, niche, country, followers
from {{ ref('stg_registry__influencers') }}
