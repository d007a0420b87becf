select
    influencer_id,
    sum(case when cost_type = 'fee' then amount else 0 end) as fixed_fee,
    sum(case when cost_type = 'commission' then amount else 0 end) as commission,
    sum(case when cost_type = 'product' then amount else 0 end) as product_cost,
    sum(case when cost_type not in ('fee', 'commission', 'product') then amount else 0 end) as other_cost,
    sum(amount) as total_cost
from {{ ref('int_influencer_costs') }}
group by influencer_id
