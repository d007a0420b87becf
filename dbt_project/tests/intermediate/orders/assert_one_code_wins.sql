-- Detects an order with influencer codes of which none or several win, or not the one applied first.
-- A failure means that promo_code and hybrid credit nobody, or one order twice.
select order_id, count(case when is_winning_claim then 1 end) as winners
from {{ ref('int_order_codes') }}
group by order_id
having
    count(case when is_winning_claim then 1 end) <> 1
    or min(code_position) <> min(case when is_winning_claim then code_position end)
