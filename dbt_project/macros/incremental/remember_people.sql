{# remember_people(): whose each identifier is now, for the next run to compare with, in the transaction that logs the merges:
   a run that is killed here has logged none, and the next one compares with the same people again. #}
{% macro remember_people() -%}
    {{ return(adapter.dispatch('remember_people', 'influencer_roi')()) }}
{%- endmacro %}

{% macro default__remember_people() -%}
    {%- if execute -%}
        create or replace table {{ this.schema }}.people as
        select identifier_type, identifier_key, person_id
        from {{ adapter.get_relation(this.database, 'intermediate', 'int_person_identifiers') }}
    {%- endif -%}
{%- endmacro %}

{# Spark replaces no Parquet table in one statement. #}
{% macro spark__remember_people() -%}
    {%- if execute -%}
        {%- do run_query('drop table if exists ' ~ this.schema ~ '.people') -%}
        create table {{ this.schema }}.people using parquet
        {{ influencer_roi.spark_location(this.schema, 'people') }} as
        select identifier_type, identifier_key, person_id
        from {{ adapter.get_relation(this.database, 'intermediate', 'int_person_identifiers') }}
    {%- endif -%}
{%- endmacro %}
