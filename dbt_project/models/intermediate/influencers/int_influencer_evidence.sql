select
    evidence.influencer_id,
    count(case when evidence.evidence_class = 'link_only' then 1 end) as link_only_orders,
    count(case when evidence.evidence_class = 'code_only' then 1 end) as code_only_orders,
    count(case when evidence.evidence_class = 'link_and_code' then 1 end) as link_and_code_orders,
    count(case when evidence.evidence_class = 'assist_only' then 1 end) as assist_only_orders,
    count(case when evidence.evidence_class = 'survey_only' then 1 end) as survey_only_orders,
    -- What buyers got off with the influencer's code; counted once, for the code that won the order.
    sum(case when evidence.is_winning_code then conversions.discount_amount else 0 end) as discount_given
from {{ ref('int_order_evidence') }} as evidence
inner join {{ ref('int_conversions') }} as conversions on evidence.conversion_key = conversions.conversion_key
group by evidence.influencer_id
