-- Detects customers or revenue that the lifetime value marts lose or count twice.
-- A failure means that somebody has two acquisitions or none, so that cohorts do not add up to the shop.
with expected as (
    select count(distinct person_id) as customers, sum(revenue) as revenue, count(*) as orders
    from {{ ref('fct_conversions') }}
    where conversion_type = 'purchase'
),

found as (
    select 'mart_customer_ltv' as mart, count(*) as customers, sum(revenue_to_date) as revenue, sum(orders) as orders
    from {{ ref('mart_customer_ltv') }}
    union all
    select 'mart_cohort_ltv' as mart, sum(customers) as customers, sum(revenue_to_date) as revenue, sum(orders) as orders
    from {{ ref('mart_cohort_ltv') }}
)

select found.mart, expected.customers, found.customers as found_customers, expected.revenue, found.revenue as found_revenue
from found
cross join expected
where
    coalesce(found.customers, 0) <> expected.customers
    or coalesce(found.revenue, 0) <> coalesce(expected.revenue, 0)
    or coalesce(found.orders, 0) <> expected.orders
