{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key') }}

-- depends_on: {{ ref('int_changed_entries') }}
-- depends_on: {{ ref('int_session_entries') }}
-- Named once, when they come; identity itself grows with what is linked and not with traffic.
with visitors as (
    select
        'visitor' as identifier_type,
        visitor_key,
        any_value(visitor_identifier) as identifier,
        -- Two identifiers on one key: a test looks for them. By another hash, because comparing texts takes longer.
        case when min({{ raw_visitor_key('visitor_identifier') }}) <> max({{ raw_visitor_key('visitor_identifier') }}) then 'another one' end
            as other_identifier,
        min(started_at) as first_seen_at
    from {{ entries_to_build() }}
    where visitor_key >= 0
    group by visitor_key
)

select
    visitor_key,
    identifier,
    other_identifier,
    first_seen_at,
    {{ keyed_hash(['identifier_type', 'identifier']) }} as identifier_hash
from visitors
