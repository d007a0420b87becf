-- All that a person's journeys and credits are made of, in one hash: conversions, touches, codes and CRM milestones.
with rows_of_people as (
    select
        person_key,
        max(person_id) as person_id,
        {{ rows_hash([
            "'conversion'", 'person_id', 'conversion_id', 'converted_at', 'previous_purchased_at', 'revenue', 'is_first_purchase',
        ]) }} as rows_hash
    from {{ ref('int_conversions') }}
    group by person_key
    union all
    select
        person_key,
        null,
        {{ rows_hash([
            "'touch'", 'touchpoint_id', 'touched_at', 'channel', 'influencer_id', 'campaign_id', 'deliverable_id', 'evidence',
            'window_hours',
        ]) }}
    from {{ ref('int_touchpoints') }}
    where person_key in (select person_key from {{ ref('int_conversions') }})
    group by person_key
    union all
    select conversions.person_key, null, {{ rows_hash(["'code'", 'codes.order_id', 'codes.influencer_id', 'codes.campaign_id', 'codes.code_position']) }}
    from {{ ref('int_order_codes') }} as codes
    inner join {{ ref('int_conversions') }} as conversions on codes.order_id = conversions.order_id
    group by conversions.person_key
    union all
    select person_key, null, {{ rows_hash(["'milestone'", 'became_lead_at', 'became_customer_at']) }}
    from {{ ref('int_crm_milestones') }}
    where person_key in (select person_key from {{ ref('int_conversions') }})
    group by person_key
)

select
    person_key,
    max(person_id) as person_id,
    {{ rows_hash(['rows_hash']) }} as fingerprint
from rows_of_people
group by person_key
