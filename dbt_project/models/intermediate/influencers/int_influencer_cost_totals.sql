select influencer_id, {{ cost_columns() }}
from {{ ref('int_influencer_costs') }}
group by influencer_id
