{# remember_people(): whose each identifier is now, for the next run to compare with, in the transaction that logs the merges:
   a run that is killed here has logged none, and the next one compares with the same people again. #}
{% macro remember_people() -%}
    {%- if execute -%}
        create or replace table {{ this.schema }}.people as
        select identifier_type, identifier_key, person_id
        from {{ adapter.get_relation(this.database, 'intermediate', 'int_person_identifiers') }}
    {%- endif -%}
{%- endmacro %}
