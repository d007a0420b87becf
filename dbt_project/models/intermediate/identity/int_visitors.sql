{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key') }}

-- depends_on: {{ ref('int_changed_entries') }}
-- depends_on: {{ ref('int_session_entries') }}
-- Named once, when they come; identity itself grows with what is linked and not with traffic.
with visitors as (
    select
        'visitor' as identifier_type,
        visitor_key,
        min(visitor_identifier) as identifier,
        -- Two identifiers on one key: a test looks for them.
        nullif(max(visitor_identifier), min(visitor_identifier)) as other_identifier,
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
