-- "How did you hear about us": a whole answer that is one influencer's name, handle or source.
select purchases.order_id, names.influencer_id
from {{ ref('int_purchases') }} as purchases
inner join {{ ref('int_influencer_names') }} as names
    on lower(replace(trim(purchases.survey_answer), '@', '')) = names.name
where purchases.survey_answer is not null
