{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns') }}

select
    '{{ invocation_id }}' as run_id,
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp) as built_at,
    influencer_id,
    influencer_name,
    attribution_model,
    conversions,
    new_customers,
    attributed_revenue,
    new_customer_revenue,
    fixed_fee,
    commission,
    product_cost,
    other_cost,
    total_cost,
    cpa,
    roi_pct,
    roi_pct_low,
    roi_pct_high
from {{ ref('mart_influencer_roi') }}
