select campaign_id, campaign_name, utm_campaign, starts_on, ends_on, product_category, budget
from {{ ref('stg_registry__campaigns') }}
