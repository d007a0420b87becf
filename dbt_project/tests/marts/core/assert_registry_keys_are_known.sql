{{ config(meta={'dagster': {'ref': {'name': 'fct_sessions'}}}) }}

-- Detects sessions and touches of influencers, campaigns or posts that the registry does not have.
-- A failure means that a link or code names an owner who is not in the registry, so the ROI marts leave its
-- sales out.
with used as (
    {% for fact in ['fct_sessions', 'fct_journeys', 'mart_order_evidence'] -%}
    select distinct
        '{{ fact }}' as fact,
        influencer_id,
        {% if fact == 'mart_order_evidence' -%}
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        cast(null as {{ dbt.type_string() }}) as deliverable_id
        {%- else -%}
        campaign_id, deliverable_id
        {%- endif %}
    from {{ ref(fact) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select used.*
from used
left join {{ ref('dim_influencers') }} as influencers on used.influencer_id = influencers.influencer_id
left join {{ ref('dim_campaigns') }} as campaigns on used.campaign_id = campaigns.campaign_id
left join {{ ref('dim_deliverables') }} as deliverables on used.deliverable_id = deliverables.deliverable_id
where
    (used.influencer_id is not null and influencers.influencer_id is null)
    or (used.campaign_id is not null and campaigns.campaign_id is null)
    or (used.deliverable_id is not null and deliverables.deliverable_id is null)
