{%- set tail = (1 - var('interval_pct') / 100) / 2 %}
{%- set measures = [
    'roi_pct', 'revenue', 'cac', 'ltv_per_customer', 'micro_conversion_rate', 'engagement_seconds', 'bounce_rate', 'leak_score',
] %}

with seen_until as (
    select max(reporting_day) as last_day from {{ ref('int_credits_daily') }}
),

begun as (
    select partnerships.influencer_id, count(distinct partnerships.campaign_id) as campaigns
    from {{ ref('stg_registry__partnerships') }} as partnerships
    inner join {{ ref('dim_campaigns') }} as campaigns on partnerships.campaign_id = campaigns.campaign_id
    cross join seen_until
    where campaigns.starts_on is null or campaigns.starts_on <= seen_until.last_day
    group by partnerships.influencer_id
),

leaks as (
    select influencer_id, max(leak_score) as leak_score
    from {{ ref('mart_promo_code_health') }}
    group by influencer_id
),

figures as (
    select
        roi.*,
        cast(roi.attributed_revenue as double) as revenue,
        {{ ratio('roi.attributed_contribution', 'roi.attributed_revenue') }} as kept_share,
        {{ ratio('traffic.bounces', 'traffic.sessions') }} as bounce_rate,
        {{ ratio('traffic.engagement_seconds', 'traffic.sessions') }} as engagement_seconds,
        leaks.leak_score,
        coalesce(begun.campaigns, 0) as campaigns
    from {{ ref('mart_influencer_roi') }} as roi
    left join {{ ref('int_influencer_traffic') }} as traffic on roi.influencer_id = traffic.influencer_id
    left join leaks on roi.influencer_id = leaks.influencer_id
    left join begun on roi.influencer_id = begun.influencer_id
    where roi.attribution_model = '{{ var("decision_model") }}'
),

-- Replicate 0 is what was seen; in the others, what the bootstrap draws again moves, and the rest stays.
drawn as (
    select influencer_id, 0 as replicate, {{ measures | join(', ') }}
    from figures
    where is_sample_enough
    union all
    select
        figures.influencer_id,
        totals.replicate,
        ({{ ratio('totals.' ~ var('decision_model') ~ '_cents / 100', 'figures.total_cost') }} - 1) * 100 as roi_pct,
        totals.{{ var('decision_model') }}_cents / 100 as revenue,
        figures.cac * figures.conversions / nullif(totals.{{ var('decision_model') }}_millionths / 1000000, 0) as cac,
        figures.ltv_per_customer,
        figures.micro_conversion_rate,
        figures.engagement_seconds,
        figures.bounce_rate,
        figures.leak_score
    from figures
    inner join {{ ref('int_bootstrap_totals') }} as totals on figures.influencer_id = totals.influencer_id
    where figures.is_sample_enough
),

measured as (
    {% for measure in measures -%}
    select influencer_id, replicate, '{{ measure }}' as measure, {{ measure }} as value
    from drawn
    where {{ measure }} is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

scored as (
    select
        measured.influencer_id,
        measured.replicate,
        weights.weight,
        percent_rank() over (
            partition by measured.replicate, measured.measure
            order by case when weights.higher_is_better then measured.value else -measured.value end
        ) as score
    from measured
    inner join {{ ref('scorecard_weights') }} as weights on measured.measure = weights.measure
),

composites as (
    select influencer_id, replicate, 100 * {{ exact_sum('weight * score') }} / nullif(sum(weight), 0) as composite_score
    from scored
    group by influencer_id, replicate
),

ranked as (
    select
        influencer_id,
        replicate,
        composite_score,
        rank() over (partition by replicate order by composite_score desc) as composite_rank
    from composites
),

rank_intervals as (
    select
        influencer_id,
        cast(floor(percentile_cont({{ tail }}) within group (order by composite_rank)) as bigint) as rank_low,
        cast(ceil(percentile_cont({{ 1 - tail }}) within group (order by composite_rank)) as bigint) as rank_high
    from ranked
    group by influencer_id
),

judged as (
    select
        figures.*,
        ranked.composite_score,
        ranked.composite_rank,
        rank_intervals.rank_low,
        rank_intervals.rank_high,
        rank() over (
            partition by figures.tier, figures.niche order by ranked.composite_score desc nulls last
        ) as peer_rank,
        count(ranked.influencer_id) over (partition by figures.tier, figures.niche) as ranked_peers,
        -- After goods and shipping where their cost is known, because a sale is no profit.
        coalesce(figures.contribution_roi_pct, figures.roi_pct) as return_pct,
        ((1 + figures.roi_pct_low / 100) * coalesce(figures.kept_share, 1) - 1) * 100 as return_pct_low,
        ((1 + figures.roi_pct_high / 100) * coalesce(figures.kept_share, 1) - 1) * 100 as return_pct_high
    from figures
    left join ranked on figures.influencer_id = ranked.influencer_id and ranked.replicate = 0
    left join rank_intervals on figures.influencer_id = rank_intervals.influencer_id
),

advised as (
    select
        judged.*,
        rules.rule_id,
        rules.recommendation,
        rules.reason,
        row_number() over (partition by judged.influencer_id order by rules.rule_order) as rule_rank
    from judged
    inner join {{ ref('recommendation_rules') }} as rules
        on
            (
                rules.needs_sample is null
                or (rules.needs_sample and judged.is_sample_enough and judged.return_pct is not null)
                or (not rules.needs_sample and not judged.is_sample_enough)
            )
            and (rules.rule_id <> 'no_cost_known' or judged.return_pct is null)
            and (rules.min_campaigns is null or judged.campaigns >= rules.min_campaigns)
            and (rules.max_conversions is null or judged.conversions <= rules.max_conversions)
            and (rules.max_return_high_pct is null or judged.return_pct_high <= rules.max_return_high_pct)
            and (rules.min_return_low_pct is null or judged.return_pct_low >= rules.min_return_low_pct)
            and (rules.min_return_pct is null or judged.return_pct >= rules.min_return_pct)
            and (rules.min_leak_score is null or judged.leak_score >= rules.min_leak_score)
)

select
    influencer_id,
    influencer_name,
    tier,
    niche,
    attribution_model,
    campaigns,
    attributed_revenue,
    roi_pct,
    return_pct,
    return_pct_low,
    return_pct_high,
    cac,
    ltv_per_customer,
    micro_conversion_rate,
    engagement_seconds,
    bounce_rate,
    leak_score,
    composite_score,
    composite_rank,
    rank_low,
    rank_high,
    case when composite_rank is not null then peer_rank end as peer_rank,
    ranked_peers,
    recommendation,
    {% set texts = {
        'return': 'return_pct', 'low': 'return_pct_low', 'high': 'return_pct_high', 'campaigns': 'campaigns',
        'people': 'credited_people', 'leak': 'leak_score',
    } -%}
    {% for _ in texts %}replace({% endfor %}reason
    {%- for name, column in texts.items() -%}
    , '{{ '{' ~ name ~ '}' }}', coalesce(cast(cast(round({{ column }}, 0) as bigint) as {{ dbt.type_string() }}), 'unknown'))
    {%- endfor %} as reason,
    rule_id
from advised
where rule_rank = 1
