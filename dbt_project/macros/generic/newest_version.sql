{# newest_version(source_table, key, columns): one row a key, the newest version of what the files carried.
   Newest `updated_at` (else the file's modification time), then path, then content: never the order of loading. #}
{% macro newest_version(source_table, key, columns) -%}
    versions as (
        select
            {{ columns | join(', ') }},
            row_number() over (
                partition by {{ key | join(', ') }}
                order by _version_at desc, _file_path desc, {{ influencer_roi.hash_row(columns) }} desc, _file_id desc
            ) as version_rank
        from {{ source('raw', source_table) }}
    ),

    newest as (
        select * from versions where version_rank = 1
    )
{%- endmacro %}
