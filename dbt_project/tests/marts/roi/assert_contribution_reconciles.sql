{{ config(meta={'dagster': {'ref': {'name': 'mart_influencer_roi'}}}) }}

-- Detects ROI marts whose contribution is not that of the purchases behind it.
-- A failure means that goods are taken off twice or not at all, so that the contribution ROI does not hold.
with purchases as (
    select
        case when count(contribution) = count(*) then coalesce(sum(contribution), 0) end as contribution
    from {{ ref('int_order_values') }}
),

credits as (
    select
        attribution_model,
        channel,
        influencer_id,
        campaign_id,
        sum(contribution) as contribution,
        sum(touches_of_unknown_contribution) as unknown_touches
    from {{ ref('int_credits_daily') }}
    group by attribution_model, channel, influencer_id, campaign_id
),

expected as (
    {% for mart, owner in [
        ('mart_influencer_roi', 'influencer_id'), ('mart_campaign_roi', 'campaign_id'), ('mart_channel_performance', 'channel'),
    ] -%}
    select
        '{{ mart }}' as mart,
        attribution_model,
        {{ owner }} as owner_id,
        cast(case when sum(unknown_touches) = 0 then sum(contribution) end as decimal(18, 2)) as contribution
    from credits
    {% if owner != 'channel' %}where influencer_id is not null{% endif %}
    group by attribution_model, {{ owner }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

found as (
    select 'mart_influencer_roi' as mart, attribution_model, influencer_id as owner_id, attributed_contribution as contribution
    from {{ ref('mart_influencer_roi') }}
    union all
    select 'mart_campaign_roi', attribution_model, campaign_id, attributed_contribution
    from {{ ref('mart_campaign_roi') }}
    union all
    select 'mart_channel_performance', attribution_model, channel, attributed_contribution
    from {{ ref('mart_channel_performance') }}
)

select
    found.mart,
    found.attribution_model,
    found.owner_id,
    coalesce(expected.contribution, 0) as expected_contribution,
    found.contribution
from found
left join expected
    on
        found.mart = expected.mart
        and found.attribution_model = expected.attribution_model
        and {{ null_safe_equal('found.owner_id', 'expected.owner_id') }}
where
    {# No credit is no contribution; credit of unknown contribution is an unknown one. -#}
    case when expected.mart is null then found.contribution <> 0 or found.contribution is null
        else not ({{ null_safe_equal('found.contribution', 'expected.contribution') }}) end
union all
-- Credit is a share with an end, so that the shares of an order add up to its contribution but for a part of a cent.
select 'all purchases', credits.attribution_model, null, purchases.contribution, cast(sum(credits.contribution) as decimal(18, 2))
from credits
cross join purchases
where purchases.contribution is not null
group by credits.attribution_model, purchases.contribution
having abs(sum(credits.contribution) - purchases.contribution) > 0.005
