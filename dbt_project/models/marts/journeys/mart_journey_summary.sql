-- How long paths are and where influencers stand in them; the whole path, touches without credit included.
with paths as (
    select
        conversion_key,
        max(path_length) as path_length,
        count(distinct touch_key) as keys,
        max(hours_to_conversion) as hours_from_first_touch,
        count(case when influencer_id is not null then 1 end) as influencer_touches,
        count(distinct influencer_id) as influencers,
        count(case when influencer_id is not null and touch_position = 1 and path_length > 1 then 1 end) as influencer_first,
        count(case when influencer_id is not null and touch_position = path_length and path_length > 1 then 1 end)
            as influencer_last,
        count(case when influencer_id is not null and path_length = 1 then 1 end) as influencer_only
    from {{ ref('int_journeys') }}
    where is_in_path
    group by conversion_key
)

select
    conversions.conversion_type,
    conversions.customer_segment,
    coalesce(paths.path_length, 0) as path_length,
    count(*) as conversions,
    cast(sum(conversions.revenue) as decimal(18, 2)) as revenue,
    {{ exact_sum('paths.keys') }} / count(*) as average_keys,
    {{ exact_sum('paths.hours_from_first_touch') }} / count(*) as average_hours_from_first_touch,
    median(paths.hours_from_first_touch) as median_hours_from_first_touch,
    count(case when paths.influencer_touches > 0 then 1 end) as conversions_with_influencer,
    cast(sum(case when paths.influencer_touches > 0 then conversions.revenue else 0 end) as decimal(18, 2))
        as revenue_with_influencer,
    count(case when paths.influencers > 1 then 1 end) as conversions_with_several_influencers,
    cast(coalesce(sum(paths.influencer_touches), 0) as bigint) as influencer_touches,
    cast(coalesce(sum(paths.influencer_only), 0) as bigint) as influencer_touches_only,
    cast(coalesce(sum(paths.influencer_first), 0) as bigint) as influencer_touches_first,
    cast(coalesce(
        sum(paths.influencer_touches - paths.influencer_only - paths.influencer_first - paths.influencer_last), 0
    ) as bigint) as influencer_touches_middle,
    cast(coalesce(sum(paths.influencer_last), 0) as bigint) as influencer_touches_last
from {{ ref('int_conversions') }} as conversions
left join paths on conversions.conversion_key = paths.conversion_key
group by conversions.conversion_type, conversions.customer_segment, coalesce(paths.path_length, 0)
