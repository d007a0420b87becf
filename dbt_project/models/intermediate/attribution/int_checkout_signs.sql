-- What buyers with an influencer's code did in the day before their order: began to check out, entered a code, came from a
-- coupon site, also in the middle of a visit. Only their events are looked at, so this does not grow with traffic.
with orders as (
    select distinct purchases.order_id, purchases.person_key, purchases.ordered_at
    from {{ ref('int_order_codes') }} as codes
    inner join {{ ref('int_purchases') }} as purchases on codes.order_id = purchases.order_id
),

visitors as (
    select identifier_key as visitor_key, person_key
    from {{ ref('int_person_identifiers') }}
    where identifier_type = 'visitor' and person_key in (select person_key from orders)
),

steps as (
    select event_name, step from {{ ref('checkout_events') }}
),

events as (
    select
        visitors.person_key,
        clicks.event_at,
        steps.step,
        {{ url_host('clicks.referrer_url') }} as referrer_host
    from {{ ref('stg_web__clicks') }} as clicks
    inner join visitors on clicks.visitor_key = visitors.visitor_key
    left join steps on clicks.event_name = steps.event_name
),

coupon_hosts as (
    select lower(host) as host from {{ ref('coupon_sites') }}
),

before_orders as (
    select
        orders.order_id,
        events.event_at,
        events.step,
        -- A host that the list does not know counts as its parent domain.
        events.referrer_host in (select host from coupon_hosts)
        or regexp_replace(events.referrer_host, '^[^.]+\.', '') in (select host from coupon_hosts) as is_coupon_referral
    from orders
    inner join events
        on
            orders.person_key = events.person_key
            and events.event_at <= orders.ordered_at
            and {{ seconds_between('events.event_at', 'orders.ordered_at') }} <= 86400
)

select
    order_id,
    count(*) as events,
    max(case when is_coupon_referral then 1 else 0 end) = 1 as has_coupon_referral,
    min(case when step = 'checkout_started' then event_at end) as checkout_started_at,
    max(case when step = 'code_applied' then event_at end) as code_applied_at,
    max(case when is_coupon_referral then event_at end) as coupon_referral_at
from before_orders
group by order_id
