select
    evidence.order_id,
    evidence.conversion_id,
    evidence.influencer_id,
    conversions.person_id,
    conversions.converted_at,
    evidence.evidence_class,
    evidence.promo_code,
    evidence.is_winning_code,
    evidence.has_visit,
    evidence.has_code,
    evidence.has_survey_answer,
    evidence.has_other_claim,
    evidence.first_touched_at,
    redemptions.is_before_first_post as is_code_before_first_post,
    redemptions.is_suspect as is_suspect_code,
    case when influencers.person_key is not null then influencers.person_key = conversions.person_key end as is_self_referral,
    conversions.is_first_purchase,
    conversions.revenue
from {{ ref('int_order_evidence') }} as evidence
inner join {{ ref('int_conversions') }} as conversions on evidence.conversion_key = conversions.conversion_key
left join {{ ref('int_code_redemptions') }} as redemptions
    on evidence.order_id = redemptions.order_id and evidence.influencer_id = redemptions.influencer_id
left join {{ ref('int_influencer_people') }} as influencers on evidence.influencer_id = influencers.influencer_id
