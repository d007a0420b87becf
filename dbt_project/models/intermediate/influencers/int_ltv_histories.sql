select repeats, recency_days, age_days, count(*) as customers
from {{ ref('int_customers') }}
group by repeats, recency_days, age_days
