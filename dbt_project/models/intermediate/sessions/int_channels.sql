-- depends_on: {{ ref('channel_rules') }}
-- The rules run once a distinct origin, not once a session.
with origins as (
    select distinct source, medium, campaign, click_id, source_category, cast(null as {{ dbt.type_string() }}) as influencer_id
    from {{ ref('int_session_sources') }}
    where influencer_id is null
)

select
    source,
    medium,
    campaign,
    click_id,
    source_category,
    {{ channel_case(ref('channel_rules')) }} as channel
from origins
