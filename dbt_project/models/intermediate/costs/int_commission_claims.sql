-- Who is owed a commission on an order: the owner of the winning code, else the influencer of the last creditable touch.
with claims as (
    select
        conversion_key,
        max(case when is_code_claim and has_code_owner then campaign_id end) as claimed_campaign_id,
        max(case when is_code_claim and has_code_owner then deliverable_id end) as claimed_deliverable_id,
        max(case when creditable_position = creditable_length then influencer_id end) as last_influencer_id,
        max(case when creditable_position = creditable_length then campaign_id end) as last_campaign_id,
        max(case when creditable_position = creditable_length then deliverable_id end) as last_deliverable_id
    from {{ ref('int_journeys') }}
    where influencer_id is not null
    group by conversion_key
),

winning_codes as (
    select order_id, influencer_id, campaign_id
    from {{ ref('int_order_codes') }}
    where is_winning_claim
),

-- A code is owed what its own campaign agrees, whichever touch stands for it in the journey: `code_policy` decides that.
-- The post of that touch is the claim's where it is of the same campaign.
orders as (
    select
        claims.conversion_key,
        coalesce(codes.influencer_id, claims.last_influencer_id) as influencer_id,
        case when codes.order_id is not null then codes.campaign_id else claims.last_campaign_id end as campaign_id,
        case
            when codes.order_id is null then claims.last_deliverable_id
            when claims.claimed_campaign_id = codes.campaign_id then claims.claimed_deliverable_id
        end as deliverable_id,
        conversions.conversion_id,
        conversions.order_id,
        {{ reporting_date('conversions.converted_at') }} as incurred_on,
        cast(conversions.gross_revenue - conversions.discount_amount as decimal(18, 2)) as paid_amount
    from claims
    inner join {{ ref('int_conversions') }} as conversions on claims.conversion_key = conversions.conversion_key
    left join winning_codes as codes on conversions.order_id = codes.order_id
    where
        conversions.conversion_type = 'purchase'
        and coalesce(codes.influencer_id, claims.last_influencer_id) is not null
        and conversions.gross_revenue > conversions.discount_amount
),

terms as (
    select
        partnerships.partnership_id,
        partnerships.influencer_id,
        partnerships.campaign_id,
        partnerships.commission_pct,
        campaigns.starts_on,
        count(*) over (partition by partnerships.influencer_id) as partnerships,
        row_number() over (
            partition by partnerships.influencer_id, partnerships.campaign_id order by partnerships.partnership_id
        ) as term_rank
    from {{ ref('stg_registry__partnerships') }} as partnerships
    left join {{ ref('stg_registry__campaigns') }} as campaigns on partnerships.campaign_id = campaigns.campaign_id
),

-- The agreement of the claim's campaign; else one for all campaigns; a claim without a campaign (an evergreen code) falls
-- under the latest campaign begun by then, or under the only agreement there is.
matched as (
    select
        orders.*,
        terms.partnership_id,
        terms.commission_pct,
        coalesce(orders.campaign_id, terms.campaign_id) as agreed_campaign_id,
        row_number() over (
            partition by orders.conversion_key
            order by
                case when terms.campaign_id = orders.campaign_id then 1 when terms.campaign_id is null then 2 else 3 end,
                terms.starts_on desc nulls last,
                terms.partnership_id
        ) as match_rank
    from orders
    inner join terms on orders.influencer_id = terms.influencer_id
    where
        terms.term_rank = 1
        and (
            terms.campaign_id = orders.campaign_id
            or terms.campaign_id is null
            or (orders.campaign_id is null and (terms.starts_on <= orders.incurred_on or terms.partnerships = 1))
        )
)

select
    conversion_key,
    conversion_id,
    order_id,
    influencer_id,
    agreed_campaign_id as campaign_id,
    deliverable_id,
    partnership_id,
    incurred_on,
    paid_amount,
    cast(cast(commission_pct as decimal(10, 4)) * 0.01 as decimal(12, 6)) as commission_rate
from matched
where match_rank = 1 and commission_pct > 0
