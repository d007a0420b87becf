{%- set parts = ['sign_part', 'returning_part', 'coupon_site_part', 'checkout_part', 'pace_part', 'quiet_part'] -%}

-- Is a code still its influencer's, or does it circulate? Each sign has innocent causes by itself, so the score is their mean;
-- each share is held towards 0 until enough redemptions carry it.
with codes as (
    select lower(promo_code) as code_key, influencer_id, min(promo_code) as promo_code
    from {{ ref('stg_registry__promo_codes') }}
    group by lower(promo_code), influencer_id
),

redeemed as (
    select
        lower(promo_code) as code_key,
        influencer_id,
        count(*) as redemptions,
        min(converted_at) as first_redeemed_at,
        max(converted_at) as last_redeemed_at,
        sum(revenue) as revenue,
        count(case when is_suspect then 1 end) as suspect_redemptions,
        sum(case when is_suspect then revenue else 0 end) as suspect_revenue,
        count(case when not has_prior_sign then 1 end) as without_sign,
        count(case when not is_first_purchase then 1 end) as returning_buyers,
        count(has_coupon_referral) as seen_before_order,
        count(case when has_coupon_referral then 1 end) as from_coupon_site,
        count(is_after_checkout_start) as seen_at_checkout,
        count(case when is_after_checkout_start then 1 end) as after_checkout_start,
        count(is_quiet) as seen_beside_traffic,
        count(case when is_quiet then 1 end) as quiet,
        count(case when is_before_first_post then 1 end) as before_first_post
    from {{ ref('int_code_redemptions') }}
    group by lower(promo_code), influencer_id
),

-- How many of those who came by an influencer's link had bought before: an audience has returning buyers, too.
link_buyers as (
    select cast(count(case when not conversions.is_first_purchase then 1 end) as double) / nullif(count(*), 0) as returning_share
    from {{ ref('int_order_evidence') }} as evidence
    inner join {{ ref('int_conversions') }} as conversions on evidence.conversion_key = conversions.conversion_key
    where evidence.evidence_class = 'link_only'
),

paced as (
    select
        codes.promo_code,
        redeemed.*,
        codes.influencer_id as owner_id,
        coalesce(traffic.sessions, 0) as sessions,
        -- One visit more than there were, so that none is no division by 0.
        cast(redeemed.redemptions as double) / (1 + coalesce(traffic.sessions, 0)) as pace
    from codes
    left join redeemed on codes.code_key = redeemed.code_key and codes.influencer_id = redeemed.influencer_id
    left join {{ ref('int_influencer_traffic') }} as traffic on codes.influencer_id = traffic.influencer_id
),

-- What is usual is only known beside others.
usual as (
    select case when count(pace) >= 3 then median(pace) end as pace
    from paced
),

measured as (
    select
        paced.*,
        usual.pace as usual_pace,
        {{ held_share('paced.without_sign', 'paced.redemptions') }} as sign_part,
        case
            when paced.redemptions > 0 and link_buyers.returning_share < 1
                then greatest(
                    {{ held_share('paced.returning_buyers', 'paced.redemptions') }} - link_buyers.returning_share, 0
                ) / (1 - link_buyers.returning_share)
        end as returning_part,
        {{ held_share('paced.from_coupon_site', 'paced.seen_before_order') }} as coupon_site_part,
        {{ held_share('paced.after_checkout_start', 'paced.seen_at_checkout') }} as checkout_part,
        case
            when usual.pace is not null
                then {{ held_share('paced.redemptions', 'paced.redemptions') }} * greatest(1 - usual.pace / paced.pace, 0)
        end as pace_part,
        {{ held_share('paced.quiet', 'paced.seen_beside_traffic') }} as quiet_part
    from paced
    cross join usual
    cross join link_buyers
)

select
    promo_code,
    owner_id as influencer_id,
    coalesce(redemptions, 0) as redemptions,
    first_redeemed_at,
    last_redeemed_at,
    cast(coalesce(revenue, 0) as decimal(18, 2)) as revenue,
    cast(coalesce(revenue - suspect_revenue, 0) as decimal(18, 2)) as clean_revenue,
    cast(coalesce(suspect_revenue, 0) as decimal(18, 2)) as suspect_revenue,
    coalesce(suspect_redemptions, 0) as suspect_redemptions,
    {{ ratio('without_sign', 'redemptions') }} as without_sign_share,
    {{ ratio('returning_buyers', 'redemptions') }} as returning_share,
    {{ ratio('from_coupon_site', 'seen_before_order') }} as coupon_site_share,
    {{ ratio('after_checkout_start', 'seen_at_checkout') }} as after_checkout_share,
    {{ ratio('quiet', 'seen_beside_traffic') }} as quiet_share,
    {{ ratio('before_first_post', 'redemptions') }} as before_first_post_share,
    sessions,
    pace * 100 as redemptions_per_100_sessions,
    usual_pace * 100 as usual_redemptions_per_100_sessions,
    {% for part in parts -%}
    {{ part }},
    {% endfor -%}
    100 * (
        {%- for part in parts %}coalesce({{ part }}, 0){% if not loop.last %} + {% endif %}{% endfor -%}
    ) / nullif(
        {%- for part in parts %}case when {{ part }} is null then 0 else 1 end{% if not loop.last %} + {% endif %}{% endfor -%}
    , 0) as leak_score
from measured
