with codes as (
    {{ unnest_split(ref('int_purchases'), ['order_id', 'ordered_at'], 'discount_codes', '|') }}
),

owned as (
    select
        codes.order_id,
        codes.element_position as code_position,
        trim(codes.element) as promo_code,
        promo_codes.influencer_id,
        promo_codes.campaign_id,
        row_number() over (
            partition by codes.order_id, promo_codes.influencer_id
            order by codes.element_position, promo_codes.valid_from desc nulls last, promo_codes.campaign_id, promo_codes.promo_code
        ) as claim_rank
    from codes
    inner join {{ ref('stg_registry__promo_codes') }} as promo_codes
        on
            lower(trim(codes.element)) = lower(promo_codes.promo_code)
            and (promo_codes.valid_from is null or codes.ordered_at >= promo_codes.valid_from)
            and (promo_codes.valid_to is null or codes.ordered_at < promo_codes.valid_to)
)

select
    order_id,
    promo_code,
    code_position,
    influencer_id,
    campaign_id,
    -- Of several owners the code applied first wins.
    row_number() over (partition by order_id order by code_position, influencer_id) = 1 as is_winning_claim
from owned
where claim_rank = 1
