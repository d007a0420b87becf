{# build_fingerprint(code, through): SQL of a hash of all that the tables of a build rest on: its code, settings and reference
   data, the key of personal hashes, and the landing files up to one.

   code: SQL of a hash of the first three. through: SQL of a file's number; none: all files. Another folder of files may
   count from 1 as well, and a table may have served it. #}
{% macro build_fingerprint(code, through=none) -%}
    {{ influencer_roi.keyed_hash([
        code,
        '(select ' ~ influencer_roi.rows_hash(['file_id', 'content_hash']) ~ ' from ' ~ source('raw', 'load_log')
        ~ (' where file_id <= ' ~ through if through else '') ~ ')',
    ]) }}
{%- endmacro %}
