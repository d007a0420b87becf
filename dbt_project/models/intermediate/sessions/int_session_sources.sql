{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key') }}

with referred as (
    select
        entries.session_key,
        entries.visitor_key,
        entries.started_at,
        entries.landing_url,
        referrers.referrer_host,
        referrers.is_excluded,
        referrers.source as referrer_source,
        referrers.category as referrer_category,
        -- Parsed only where a list does not already say what the referrer is.
        case
            when referrers.referrer_host is not null and not referrers.is_excluded and referrers.category is null
                then {{ url_host('entries.landing_url') }}
        end as landing_host
    from {{ ref('int_session_entries') }} as entries
    left join {{ ref('int_referrers') }} as referrers on entries.referrer_url = referrers.referrer_url
    where {{ changed_only('entries.visitor_key', ref('int_changed_visitors')) }}
),

entries as (
    select
        referred.session_key,
        referred.visitor_key,
        referred.started_at,
        campaign_urls.campaign_key,
        campaign_urls.utm_source,
        campaign_urls.utm_medium,
        campaign_urls.utm_campaign,
        campaign_urls.utm_content,
        campaign_urls.click_id,
        -- The shop's own pages and payment providers are on the way, not where the visit came from.
        case
            when referred.referrer_host is null or referred.is_excluded then null
            when {{ same_site('referred.referrer_host', 'referred.landing_host') }} then null
            else referred.referrer_host
        end as referrer_host,
        referred.referrer_source,
        referred.referrer_category
    from referred
    left join {{ ref('stg_web__campaign_urls') }} as campaign_urls on referred.landing_url = campaign_urls.page_url
),

link_matches as (
    select
        entries.session_key,
        matches.link_id,
        matches.influencer_id,
        matches.campaign_id,
        matches.deliverable_id,
        row_number() over (
            partition by entries.session_key
            order by matches.matching_parts desc, matches.specificity desc, matches.valid_from desc nulls last, matches.link_id
        ) as match_rank
    from entries
    inner join {{ ref('int_link_matches') }} as matches
        on
            entries.campaign_key = matches.campaign_key
            and (matches.valid_from is null or entries.started_at >= matches.valid_from)
            and (matches.valid_to is null or entries.started_at < matches.valid_to)
),

sourced as (
    select
        entries.session_key,
        entries.visitor_key,
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
        entries.utm_campaign as campaign,
        entries.utm_content as content,
        entries.click_id,
        coalesce(click_ids.is_paid, false) as has_paid_click_id,
        case when entries.campaign_key is null and entries.referrer_host is not null then entries.referrer_category end
            as referrer_category,
        link_matches.link_id,
        link_matches.influencer_id,
        link_matches.campaign_id,
        link_matches.deliverable_id
    from entries
    left join {{ ref('click_ids') }} as click_ids on entries.click_id = click_ids.parameter
    left join link_matches on entries.session_key = link_matches.session_key and link_matches.match_rank = 1
)

select
    sourced.session_key,
    sourced.visitor_key,
    sourced.source,
    sourced.medium,
    sourced.campaign,
    sourced.content,
    sourced.click_id,
    sourced.has_paid_click_id,
    coalesce(sourced.referrer_category, categories.category) as source_category,
    sourced.link_id,
    sourced.influencer_id,
    sourced.campaign_id,
    sourced.deliverable_id
from sourced
left join {{ ref('source_categories') }} as categories on sourced.source = categories.source
