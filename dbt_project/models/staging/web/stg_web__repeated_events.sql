{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='event_key') }}

-- depends_on: {{ ref('int_build_fingerprint') }}

{%- set content = event_content() %}

with repeated as (
    select event_key
    from {{ source('raw', 'clicks') }}
    {% if partial_build() -%}
    where event_key in (select event_key from {{ source('raw', 'clicks') }} where {{ new_files() }})
    {%- endif %}
    group by event_key
    having count(*) > 1
)

-- Equal rows are one before anything is sorted: a file that was sent again brings millions of them.
select
    clicks.event_key,
    {% for column in content -%}
    clicks.{{ column }},
    {% endfor -%}
    clicks.visitor_key,
    min(clicks._file_id) as _file_id,
    count(*) as raw_rows
from {{ source('raw', 'clicks') }} as clicks
inner join repeated on clicks.event_key = repeated.event_key
group by
    clicks.event_key,
    {%- for column in content %}
    clicks.{{ column }},
    {%- endfor %}
    clicks.visitor_key
