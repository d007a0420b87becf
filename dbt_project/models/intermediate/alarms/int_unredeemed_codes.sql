{%- set last_day = dbt.dateadd('day', var('code_silence_days'), 'begun.began_at') -%}

with codes as (
    select
        lower(promo_code) as code_key,
        influencer_id,
        campaign_id,
        valid_from,
        valid_to,
        min(promo_code) as promo_code
    from {{ ref('stg_registry__promo_codes') }}
    group by lower(promo_code), influencer_id, campaign_id, valid_from, valid_to
),

posts as (
    select partnerships.influencer_id, partnerships.campaign_id, deliverables.posted_at
    from {{ ref('stg_registry__deliverables') }} as deliverables
    inner join {{ ref('stg_registry__partnerships') }} as partnerships
        on deliverables.partnership_id = partnerships.partnership_id
),

-- Nobody can know a code before the first post that may name it; one whose posts are all still to come is
-- not out.
announced as (
    select
        codes.code_key,
        codes.influencer_id,
        codes.campaign_id,
        codes.valid_from,
        codes.valid_to,
        codes.promo_code,
        count(posts.influencer_id) as planned_posts,
        min(posts.posted_at) as first_posted_at
    from codes
    left join posts
        on
            codes.influencer_id = posts.influencer_id
            and (codes.campaign_id is null or codes.campaign_id = posts.campaign_id)
    group by
        codes.code_key,
        codes.influencer_id,
        codes.campaign_id,
        codes.valid_from,
        codes.valid_to,
        codes.promo_code
),

begun as (
    select
        announced.*,
        case
            when announced.planned_posts = 0
                then coalesce(announced.valid_from, cast(campaigns.starts_on as timestamp))
            when announced.valid_from > announced.first_posted_at then announced.valid_from
            else announced.first_posted_at
        end as began_at
    from announced
    left join {{ ref('stg_registry__campaigns') }} as campaigns
        on announced.campaign_id = campaigns.campaign_id
),

due as (
    select
        begun.*,
        -- A code that ended earlier has had its time.
        case
            when begun.valid_to < {{ last_day }} then begun.valid_to
            else {{ last_day }}
        end as due_at
    from begun
    where begun.began_at is not null and (begun.valid_to is null or begun.began_at < begun.valid_to)
),

redemptions as (
    select lower(order_codes.promo_code) as code_key, order_codes.influencer_id, purchases.ordered_at
    from {{ ref('int_order_codes') }} as order_codes
    inner join {{ ref('int_purchases') }} as purchases on order_codes.order_id = purchases.order_id
),

first_redemptions as (
    select
        due.code_key,
        due.influencer_id,
        due.campaign_id,
        due.valid_from,
        due.valid_to,
        min(redemptions.ordered_at) as redeemed_at
    from due
    inner join redemptions
        on due.code_key = redemptions.code_key and due.influencer_id = redemptions.influencer_id
    where
        (due.valid_from is null or redemptions.ordered_at >= due.valid_from)
        and (due.valid_to is null or redemptions.ordered_at < due.valid_to)
    group by due.code_key, due.influencer_id, due.campaign_id, due.valid_from, due.valid_to
)

select
    due.promo_code,
    due.influencer_id,
    due.campaign_id,
    due.valid_from,
    due.valid_to,
    due.began_at,
    due.due_at,
    first_redemptions.redeemed_at
from due
inner join {{ ref('int_data_until') }} as horizon on due.due_at <= horizon.data_until
left join first_redemptions
    on
        due.code_key = first_redemptions.code_key
        and due.influencer_id = first_redemptions.influencer_id
        and {{ null_safe_equal('due.campaign_id', 'first_redemptions.campaign_id') }}
        and {{ null_safe_equal('due.valid_from', 'first_redemptions.valid_from') }}
        and {{ null_safe_equal('due.valid_to', 'first_redemptions.valid_to') }}
where first_redemptions.redeemed_at is null or first_redemptions.redeemed_at >= due.due_at
