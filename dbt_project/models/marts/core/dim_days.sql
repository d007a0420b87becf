-- Every day from the first to the last with a visit, an order or a cost of an influencer, without gaps.
with bounds as (
    select min(reporting_day) as first_day, max(reporting_day) as last_day
    from {{ ref('mart_influencer_roi_daily') }}
),

days as (
    select {{ days_between('first_day', 'last_day') }} as reporting_day
    from bounds
    where first_day is not null
)

select
    reporting_day,
    cast({{ dbt.date_trunc('week', 'reporting_day') }} as date) as week_starts_on,
    cast({{ dbt.date_trunc('month', 'reporting_day') }} as date) as month_starts_on
from days
