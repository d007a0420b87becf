-- An influencer's claims on an order, in classes that exclude each other, so that their union is the total.
with purchases as (
    select conversion_key, conversion_id, order_id
    from {{ ref('int_conversions') }}
    where conversion_type = 'purchase'
),

visits as (
    select
        conversion_key,
        influencer_id,
        max(case when creditable_position = creditable_length then 1 else 0 end) = 1 as is_last_creditable,
        min(touched_at) as first_touched_at
    from {{ ref('int_journeys') }}
    where is_in_path and is_creditable and influencer_id is not null and evidence <> 'code'
    group by conversion_key, influencer_id
),

codes as (
    select purchases.conversion_key, codes.influencer_id, codes.promo_code, codes.is_winning_claim
    from {{ ref('int_order_codes') }} as codes
    inner join purchases on codes.order_id = purchases.order_id
),

surveys as (
    select purchases.conversion_key, answers.influencer_id
    from {{ ref('int_survey_answers') }} as answers
    inner join purchases on answers.order_id = purchases.order_id
),

claims as (
    select conversion_key, influencer_id from visits
    union
    select conversion_key, influencer_id from codes
    union
    select conversion_key, influencer_id from surveys
),

classified as (
    select
        claims.conversion_key,
        claims.influencer_id,
        case
            when codes.influencer_id is not null and visits.influencer_id is not null then 'link_and_code'
            when codes.influencer_id is not null then 'code_only'
            when visits.is_last_creditable then 'link_only'
            when visits.influencer_id is not null then 'assist_only'
            else 'survey_only'
        end as evidence_class,
        codes.promo_code,
        coalesce(codes.is_winning_claim, false) as is_winning_code,
        visits.influencer_id is not null as has_visit,
        codes.influencer_id is not null as has_code,
        surveys.influencer_id is not null as has_survey_answer,
        visits.first_touched_at,
        count(*) over (partition by claims.conversion_key) > 1 as has_other_claim
    from claims
    left join visits
        on claims.conversion_key = visits.conversion_key and claims.influencer_id = visits.influencer_id
    left join codes
        on claims.conversion_key = codes.conversion_key and claims.influencer_id = codes.influencer_id
    left join surveys
        on claims.conversion_key = surveys.conversion_key and claims.influencer_id = surveys.influencer_id
)

select
    purchases.conversion_key,
    purchases.order_id,
    purchases.conversion_id,
    classified.influencer_id,
    classified.evidence_class,
    classified.promo_code,
    classified.is_winning_code,
    classified.has_visit,
    classified.has_code,
    classified.has_survey_answer,
    classified.has_other_claim,
    classified.first_touched_at
from classified
inner join purchases on classified.conversion_key = purchases.conversion_key
