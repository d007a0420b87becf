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
    conversions.is_first_purchase,
    conversions.revenue
from {{ ref('int_order_evidence') }} as evidence
inner join {{ ref('int_conversions') }} as conversions on evidence.conversion_key = conversions.conversion_key
