-- What `hist_roi_changes` compares from run to run. Orders that nobody has credit of have a row too: they exist.
with people as (
    select person_key, {{ rows_hash(['identifier_key']) }} as identifiers_hash
    from {{ ref('int_linked_people') }}
    where person_key in (select person_key from {{ ref('int_purchases') }})
    group by person_key
)

select
    conversions.conversion_id,
    facts.influencer_id,
    max(conversions.revenue) as revenue,
    max(conversions.refunded_amount) as refunded_amount,
    max(people.identifiers_hash) as identifiers_hash,
    sum(cast(facts.credit as decimal(28, 12))) as credit,
    cast(sum(facts.attributed_revenue) as decimal(18, 2)) as attributed_revenue
from {{ ref('fct_attribution__' ~ var('decision_model')) }} as facts
inner join {{ ref('int_conversions') }} as conversions on facts.conversion_id = conversions.conversion_id
left join people on conversions.person_key = people.person_key
where conversions.conversion_type = 'purchase'
group by conversions.conversion_id, facts.influencer_id
