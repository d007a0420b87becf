-- Written last: the changes of a run that never got here are found under its time, and its snapshot is not a run's.
-- depends_on: {{ ref('hist_influencer_roi') }}
-- depends_on: {{ ref('hist_roi_changes') }}
{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns') }}

{%- set settings = {} %}
{%- for name in setting_names() %}
    {%- do settings.update({name: var(name)}) %}
{%- endfor %}
{%- set seeds = [
    'influencers', 'campaigns', 'partnerships', 'deliverables', 'tracking_links', 'promo_codes', 'costs', 'bot_patterns',
    'channel_rules', 'checkout_events', 'click_ids', 'conversion_events', 'coupon_sites', 'crm_sources', 'currencies',
    'engagement_rules', 'excluded_referrers', 'fx_rates', 'recommendation_rules', 'referrer_spam', 'scorecard_weights',
    'source_categories',
] %}
{%- set checksums = [] %}
{%- if execute %}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' %}
        {%- do checksums.append(node.name ~ node.checksum.checksum) %}
    {%- endfor %}
{%- endif %}

with loaded as (
    select
        {% for dataset in ['clicks', 'orders', 'order_lines', 'refunds', 'contacts'] -%}
        coalesce(sum(case when dataset = '{{ dataset }}' then rows_loaded else 0 end), 0) as {{ dataset }},
        {% endfor -%}
        coalesce(max(file_id), -1) as built_through_file_id
    from {{ source('raw', 'load_log') }}
),

sold as (
    select count(*) as purchases, coalesce(sum(refunded_amount), 0) as refunded_amount
    from {{ ref('int_conversions') }}
    where conversion_type = 'purchase'
)

select
    '{{ invocation_id }}' as run_id,
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp) as built_at,
    '{{ var("decision_model") }}' as decision_model,
    '{{ dbt.escape_single_quotes(tojson(settings, sort_keys=true)) }}' as settings,
    '{{ local_md5(checksums | sort | join(",") ~ env_var("ROI_CODE_HASH", "")) }}' as code_hash,
    concat(
        '{'
        {% for seed in seeds -%}
        , '"{{ seed }}": "', (select {{ table_hash(ref(seed)) }} from {{ ref(seed) }} as seed), '"{{ ', ' if not loop.last }}'
        {% endfor -%}
        , '}'
    ) as seed_hashes,
    cast(loaded.built_through_file_id as bigint) as built_through_file_id,
    {% for dataset in ['clicks', 'orders', 'order_lines', 'refunds', 'contacts'] -%}
    cast(loaded.{{ dataset }} as bigint) as {{ dataset }}_loaded,
    {% endfor -%}
    sold.purchases,
    cast(sold.refunded_amount as decimal(18, 2)) as refunded_amount,
    -- A person is named after one of its identifiers.
    (select count(*) from {{ ref('int_person_identifiers') }} where identifier_key = person_key) as people
from loaded
cross join sold
