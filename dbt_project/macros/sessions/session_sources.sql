{# session_sources(entries): where the sessions of the relation `entries` came from. `int_session_sources` says what the
   columns are. #}
{% macro session_sources(entries) -%}
with referred as (
    select
        entries.*,
        campaign_urls.campaign_key,
        campaign_urls.utm_source,
        campaign_urls.utm_medium,
        campaign_urls.utm_campaign,
        campaign_urls.utm_content,
        campaign_urls.click_id,
        referrers.referrer_host as referring_host,
        referrers.is_excluded,
        referrers.source as referrer_source,
        referrers.category as referrer_category,
        -- Parsed only where a list does not already say what the referrer is.
        case
            when referrers.referrer_host is not null and not referrers.is_excluded and referrers.category is null
                then {{ url_host('entries.landing_url') }}
        end as landing_host
    from {{ entries }} as entries
    left join {{ ref('int_referrers') }} as referrers on entries.referrer_url = referrers.referrer_url
    left join {{ ref('stg_web__campaign_urls') }} as campaign_urls on entries.landing_url = campaign_urls.page_url
),

entries as (
    select
        *,
        -- The shop's own pages and payment providers are on the way, not where the visit came from.
        case
            when referring_host is null or is_excluded then null
            when {{ same_site('referring_host', 'landing_host') }} then null
            else referring_host
        end as referrer_host
    from referred
),

sourced as (
    select
        entries.*,
        coalesce(
            entries.utm_source, click_ids.source,
            case when entries.campaign_key is null then case when entries.referrer_host is not null then entries.referrer_source end end,
            case when entries.campaign_key is not null then '(not set)' end,
            '(direct)'
        ) as source,
        coalesce(
            entries.utm_medium,
            case when entries.utm_source is null then click_ids.medium end,
            case when entries.campaign_key is not null then '(not set)' end,
            case
                when entries.referrer_host is null then '(none)'
                when entries.referrer_category = 'search' then 'organic'
                else 'referral'
            end
        ) as medium,
        coalesce(click_ids.is_paid, false) as has_paid_click_id,
        case when entries.campaign_key is null and entries.referrer_host is not null then entries.referrer_category end
            as category_of_referrer,
        links.link_id,
        links.influencer_id,
        links.campaign_id,
        links.deliverable_id
    from entries
    left join {{ ref('click_ids') }} as click_ids on entries.click_id = click_ids.parameter
    left join {{ ref('int_link_periods') }} as links
        on
            entries.campaign_key = links.campaign_key
            and (links.period_from is null or entries.started_at >= links.period_from)
            and (links.period_to is null or entries.started_at < links.period_to)
)

select
    sourced.session_key,
    sourced.session_id,
    sourced.visitor_key,
    sourced.started_at,
    sourced.ended_at,
    sourced.events,
    sourced.page_views,
    sourced.engagement_seconds,
    sourced.landing_page,
    sourced.source,
    sourced.medium,
    sourced.utm_campaign as campaign,
    sourced.utm_content as content,
    sourced.click_id,
    sourced.has_paid_click_id,
    coalesce(sourced.category_of_referrer, categories.category) as source_category,
    sourced.link_id,
    sourced.influencer_id,
    sourced.campaign_id,
    sourced.deliverable_id
from sourced
left join {{ ref('source_categories') }} as categories on sourced.source = categories.source
{%- endmacro %}
