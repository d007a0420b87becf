{{ config(post_hook='{{ forget_other_builds() }}') }}

{%- set checksums = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
        {%- do checksums.append(node.name ~ node.checksum.checksum) -%}
    {%- endfor -%}
{%- endif -%}
{%- set recorded = adapter.get_relation(this.database, 'intermediate', 'int_build_recorded') if execute -%}
{%- set code = local_md5(
    checksums | sort | join(',') ~ tojson(invocation_args_dict.vars or {}, sort_keys=true) ~ env_var('ROI_CODE_HASH', '')
) -%}
{%- set seeds = [
    'influencers', 'campaigns', 'partnerships', 'deliverables', 'tracking_links', 'promo_codes', 'costs', 'bot_patterns',
    'channel_rules', 'click_ids', 'conversion_events', 'coupon_sites', 'engagement_rules', 'excluded_referrers', 'fx_rates',
    'referrer_spam', 'source_categories',
] -%}

-- ROI_CODE_HASH stands for macros, defaults and Python, which dbt's checksums leave out.
with rests_on as (
    select
        md5(concat(
            '{{ code }}'
            {% for seed in seeds %}
            , '|', (select {{ table_hash(ref(seed)) }} from {{ ref(seed) }} as seed)
            {% endfor %}
        )) as code_fingerprint
)

-- When it differs from the last complete build's, everything is restated: the files are those that it took in.
select
    code_fingerprint,
    {{ build_fingerprint(
        'code_fingerprint', '(select max(built_through_file_id) from ' ~ recorded ~ ')' if recorded else none
    ) }} as fingerprint
from rests_on
