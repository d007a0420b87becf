{{ config(meta={'dagster': {'ref': {'name': 'stg_web__clicks'}}}) }}

-- Detects a landing file whose rows do not add up: read = loaded + quarantined + duplicates by its own log,
-- as many rows in quarantine as it says, and (formats that write one raw row a source row) as many rows in
-- the raw table.
-- A failure means that a file was loaded by halves or twice, or that rows got lost on the way in.
-- depends_on: {{ ref('stg_web__clicks') }}
with files as (
    select file_id, path, dataset, format, status, rows_read, rows_loaded, rows_quarantined, rows_duplicate
    from {{ source('raw', 'load_log') }}
),

raw_rows as (
    {% for dataset in ['clicks', 'orders', 'order_lines', 'refunds', 'contacts'] -%}
    select '{{ dataset }}' as dataset, _file_id as file_id, count(*) as raw_rows
    from {{ source('raw', dataset) }}
    group by _file_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

quarantined as (
    select file_id, count(*) as quarantined_rows
    from {{ source('raw', 'quarantine') }}
    group by file_id
),

counted as (
    select
        files.*,
        coalesce(raw_rows.raw_rows, 0) as raw_rows,
        coalesce(quarantined.quarantined_rows, 0) as quarantined_rows
    from files
    left join raw_rows on files.file_id = raw_rows.file_id and files.dataset = raw_rows.dataset
    left join quarantined on files.file_id = quarantined.file_id
)

select
    file_id,
    path,
    case
        when rows_read <> rows_loaded + rows_quarantined + rows_duplicate then 'its log does not add up'
        when status = 'loaded' and quarantined_rows <> rows_quarantined
            then 'other rows in quarantine than logged'
        when status <> 'loaded' and (raw_rows > 0 or quarantined_rows = 0)
            then 'refused, but loaded or not in quarantine'
        else 'other rows in the raw table than logged'
    end as problem
from counted
where
    rows_read <> rows_loaded + rows_quarantined + rows_duplicate
    or (status = 'loaded' and quarantined_rows <> rows_quarantined)
    or (status <> 'loaded' and (raw_rows > 0 or quarantined_rows = 0))
    or (format in ('standard', 'weblog') and raw_rows <> rows_loaded)
union all
select raw_rows.file_id, null as path, 'rows of a file that the log does not know' as problem
from raw_rows
where not exists (select 1 from files where files.file_id = raw_rows.file_id and files.status = 'loaded')
