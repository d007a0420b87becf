-- Influencers who are customers themselves, where the registry says as whom. Nothing else that comes in would tell.
select influencers.influencer_id, min(people.person_key) as person_key
from {{ ref('stg_registry__influencers') }} as influencers
inner join {{ ref('int_identifiers') }} as identifiers
    on identifiers.identifier_type = 'customer' and identifiers.identifier = 'customer:' || influencers.customer_id
inner join {{ ref('int_person_identifiers') }} as people
    on people.identifier_type = 'customer' and identifiers.identifier_key = people.identifier_key
group by influencers.influencer_id
