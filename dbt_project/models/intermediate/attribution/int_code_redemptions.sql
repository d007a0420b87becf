-- Every redeemed influencer code beside what else is known of that influencer and that buyer.
with posts as (
    select
        partnerships.influencer_id,
        partnerships.campaign_id,
        deliverables.posted_at
    from {{ ref('stg_registry__deliverables') }} as deliverables
    inner join {{ ref('stg_registry__partnerships') }} as partnerships
        on deliverables.partnership_id = partnerships.partnership_id
    where deliverables.posted_at is not null
),

-- Whatever touches may get credit: a sign is a sign.
seen as (
    select conversion_key, influencer_id
    from {{ ref('int_journey_touches') }}
    where influencer_id is not null and evidence <> 'code'
    union
    select conversions.conversion_key, answers.influencer_id
    from {{ ref('int_survey_answers') }} as answers
    inner join {{ ref('int_conversions') }} as conversions on answers.order_id = conversions.order_id
),

redemptions as (
    select
        codes.order_id,
        codes.influencer_id,
        codes.promo_code,
        codes.campaign_id,
        codes.is_winning_claim,
        conversions.conversion_key,
        seen.conversion_key is not null as has_prior_sign,
        conversions.person_key,
        conversions.converted_at,
        conversions.is_first_purchase,
        conversions.revenue,
        {{ reporting_date('conversions.converted_at') }} as reporting_day
    from {{ ref('int_order_codes') }} as codes
    inner join {{ ref('int_conversions') }} as conversions on codes.order_id = conversions.order_id
    left join seen
        on conversions.conversion_key = seen.conversion_key and codes.influencer_id = seen.influencer_id
),

-- Posts of the code's own campaign, where it has one, else any of the influencer's.
posted as (
    select
        redemptions.order_id,
        redemptions.influencer_id,
        min(posts.posted_at) as first_posted_at,
        max(case when posts.posted_at <= redemptions.converted_at then posts.posted_at end) as last_posted_at
    from redemptions
    inner join posts
        on
            redemptions.influencer_id = posts.influencer_id
            and (redemptions.campaign_id is null or redemptions.campaign_id = posts.campaign_id)
    group by redemptions.order_id, redemptions.influencer_id
),

traffic as (
    select influencer_id, {{ reporting_date('started_at') }} as reporting_day, count(*) as sessions
    from {{ ref('int_sessions') }}
    where influencer_id is not null
    group by influencer_id, {{ reporting_date('started_at') }}
),

code_days as (
    select distinct influencer_id, reporting_day from redemptions
),

recent_traffic as (
    select code_days.influencer_id, code_days.reporting_day, sum(traffic.sessions) as sessions
    from code_days
    inner join traffic
        on
            code_days.influencer_id = traffic.influencer_id
            and traffic.reporting_day between {{ dbt.dateadd('day', -7, 'code_days.reporting_day') }} and code_days.reporting_day
    group by code_days.influencer_id, code_days.reporting_day
),

signs as (
    select
        redemptions.*,
        posted.first_posted_at,
        posted.last_posted_at,
        coalesce(recent_traffic.sessions, 0) as recent_sessions,
        redemptions.influencer_id in (select influencer_id from traffic) as has_traffic,
        -- Without an event of the day nothing is known: another device, no consent, a shop's till.
        case when checkout.order_id is not null then checkout.has_coupon_referral end as has_coupon_referral,
        case
            when checkout.checkout_started_at is not null
                then coalesce(checkout.code_applied_at > checkout.checkout_started_at, false)
                or coalesce(checkout.coupon_referral_at > checkout.checkout_started_at, false)
        end as is_after_checkout_start
    from redemptions
    left join posted on redemptions.order_id = posted.order_id and redemptions.influencer_id = posted.influencer_id
    left join recent_traffic
        on redemptions.influencer_id = recent_traffic.influencer_id and redemptions.reporting_day = recent_traffic.reporting_day
    left join {{ ref('int_checkout_signs') }} as checkout on redemptions.order_id = checkout.order_id
)

select
    conversion_key,
    order_id,
    influencer_id,
    promo_code,
    campaign_id,
    is_winning_claim,
    person_key,
    converted_at,
    is_first_purchase,
    revenue,
    has_prior_sign,
    has_coupon_referral,
    is_after_checkout_start,
    converted_at < first_posted_at as is_before_first_post,
    -- Somebody of whom neither a post nor a visit was ever seen is not quiet but unknown.
    case
        when last_posted_at is not null or has_traffic
            then recent_sessions = 0
                and (last_posted_at is null or {{ seconds_between('last_posted_at', 'converted_at') }} > 14 * 86400)
    end as is_quiet,
    recent_sessions,
    last_posted_at,
    -- Suspect: nothing shows the influencer, and something shows where the code came from instead.
    not has_prior_sign and (coalesce(has_coupon_referral, false) or coalesce(is_after_checkout_start, false)) as is_suspect
from signs
