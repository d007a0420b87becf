-- depends_on: {{ ref('int_moved_people') }}
-- The CRM's first touch of an influencer that no visit of that person shows: known by lead source or first-touch address.
with contacts as (
    select
        contacts.contact_id,
        people.person_key,
        coalesce(contacts.first_touch_at, contacts.created_at) as touched_at,
        coalesce(
            lower({{ query_param('contacts.first_touch_url', 'utm_source') }}),
            lower(replace(trim(contacts.lead_source), '@', ''))
        ) as source_name
    from {{ ref('stg_crm__contacts') }} as contacts
    inner join {{ ref('int_person_identifiers') }} as people
        on people.identifier_type = 'contact' and people.identifier_key = {{ key64(["'contact'", 'contacts.contact_id']) }}
),

named as (
    select
        contacts.person_key,
        contacts.touched_at,
        contacts.contact_id,
        names.influencer_id,
        row_number() over (partition by contacts.person_key order by contacts.touched_at, contacts.contact_id) as touch_rank
    from contacts
    inner join {{ ref('int_influencer_names') }} as names on contacts.source_name = names.name
),

visited as (
    select distinct person_key, influencer_id
    from {{ ref('int_sessions') }}
    where person_key is not null and influencer_id is not null
)

select
    {{ keyed_hash(["'crm'", 'named.contact_id']) }} as touchpoint_id,
    named.person_key,
    named.touched_at,
    'influencer' as channel,
    named.influencer_id,
    cast(null as {{ dbt.type_string() }}) as campaign_id,
    cast(null as {{ dbt.type_string() }}) as deliverable_id,
    'crm' as evidence
from named
left join visited on named.person_key = visited.person_key and named.influencer_id = visited.influencer_id
where named.touch_rank = 1 and visited.person_key is null
