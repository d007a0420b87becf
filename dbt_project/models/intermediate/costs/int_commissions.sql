-- Commissions accrue from the partnership's terms, on net revenue (so a refund takes its part back), to one influencer an
-- order: the owner of the winning code, else the influencer of the last creditable touch.
with payable as (
    select
        conversion_id,
        max(case when is_code_claim and has_code_owner then influencer_id end) as code_owner_id,
        max(case when is_code_claim and has_code_owner then campaign_id end) as code_campaign_id,
        max(case when creditable_position = creditable_length then influencer_id end) as last_influencer_id,
        max(case when creditable_position = creditable_length then campaign_id end) as last_campaign_id,
        min(revenue) as revenue,
        min(converted_at) as converted_at
    from {{ ref('int_conversions') }}
    inner join {{ ref('int_journeys') }} using (conversion_key)
    where conversion_type = 'purchase'
    group by conversion_id
),

owed as (
    select
        conversion_id,
        revenue,
        converted_at,
        coalesce(code_owner_id, last_influencer_id) as influencer_id,
        case when code_owner_id is not null then code_campaign_id else last_campaign_id end as campaign_id
    from payable
),

-- Without a campaign the claim falls under the influencer's only partnership, if there is only one.
terms as (
    select
        partnership_id,
        influencer_id,
        campaign_id,
        commission_pct,
        count(*) over (partition by influencer_id) as partnerships,
        row_number() over (partition by influencer_id, campaign_id order by partnership_id) as term_rank
    from {{ ref('stg_registry__partnerships') }}
    where commission_pct > 0
),

invoiced as (
    select distinct influencer_id, campaign_id
    from {{ ref('stg_registry__costs') }}
    where cost_type = 'commission'
)

select
    'commission:' || owed.conversion_id as cost_id,
    owed.influencer_id,
    terms.campaign_id,
    cast(null as {{ dbt.type_string() }}) as deliverable_id,
    'commission' as cost_type,
    {{ reporting_date('owed.converted_at') }} as incurred_on,
    {{ money_product('owed.revenue', 'cast(cast(terms.commission_pct as decimal(10, 4)) * 0.01 as decimal(12, 6))') }} as amount
from owed
inner join terms
    on
        owed.influencer_id = terms.influencer_id
        and terms.term_rank = 1
        and (owed.campaign_id = terms.campaign_id or (owed.campaign_id is null and terms.partnerships = 1))
where
    owed.revenue > 0
    and not exists (
        select 1 from invoiced
        where
            invoiced.influencer_id = terms.influencer_id
            and (invoiced.campaign_id is null or invoiced.campaign_id = terms.campaign_id)
    )
