{# remember_people(): whose each identifier is now, for the next run to compare with; hist_identity_merges logs what differs.
   Who is named after the identifier itself has no name here: most are alone, and names are long. #}
{% macro remember_people() -%}
    {%- if execute -%}
        {{ influencer_roi.remember(
            'people', 'select identifier_type, identifier_key, '
            ~ 'case when person_key <> identifier_key then person_id end as person_id from '
            ~ adapter.get_relation(this.database, 'intermediate', 'int_person_identifiers')
        ) }}
    {%- endif -%}
{%- endmacro %}

{# remember_order_credits(): this run's credits for the next run to compare with; hist_roi_changes logs what differs. #}
{% macro remember_order_credits() -%}
    {%- if execute -%}
        {{ influencer_roi.remember(
            'order_credits', 'select * from ' ~ adapter.get_relation(this.database, 'intermediate', 'int_order_credits')
        ) }}
    {%- endif -%}
{%- endmacro %}

{# remember(name, query): rows for the next run to compare with, in the transaction that logs what differs from the last
   ones: a run that is killed here has logged nothing, and the next one compares with the same rows again.

   Trap: Spark has no transactions, and replaces no Parquet table in one statement. There each run keeps a table of its own
   and then puts its name into the table `remembered`, which decides: rows that a run logged count when its name is there
   (orchestration/lib/spark/fetch.py), and the last name is what the next run compares with. #}
{% macro remember(name, query) -%}
    {{ return(adapter.dispatch('remember', 'influencer_roi')(name, query)) }}
{%- endmacro %}

{% macro default__remember(name, query) -%}
    create or replace table {{ this.schema }}.{{ name }} as
    {{ query }}
{%- endmacro %}

{% macro spark__remember(name, query) -%}
    {%- set own = name ~ '__' ~ invocation_id | replace('-', '_') -%}
    {%- set names = this.schema ~ '.remembered' -%}
    {%- do run_query(
        'create table ' ~ this.schema ~ '.' ~ own ~ ' using parquet ' ~ influencer_roi.spark_location(this.schema, own) ~ ' as ' ~ query
    ) -%}
    {%- do run_query(
        'create table if not exists ' ~ names ~ ' (name string, run_id string, remembered_at timestamp) using parquet '
        ~ influencer_roi.spark_location(this.schema, 'remembered')
    ) -%}
    {%- do run_query(
        'insert into ' ~ names ~ " select '" ~ name ~ "', '" ~ invocation_id ~ "', current_timestamp()"
    ) -%}
    {%- for table in run_query('show tables in ' ~ this.schema ~ " like '" ~ name ~ "__*'").columns['tableName'].values() if table != own -%}
        {%- do run_query('drop table if exists ' ~ this.schema ~ '.' ~ table) -%}
    {%- endfor -%}
{%- endmacro %}

{# last_remembered(name): the relation of what the last run remembered under this name; none before the first one. #}
{% macro last_remembered(name) -%}
    {{ return(adapter.dispatch('last_remembered', 'influencer_roi')(name)) }}
{%- endmacro %}

{% macro default__last_remembered(name) -%}
    {{ return(adapter.get_relation(this.database, this.schema, name)) }}
{%- endmacro %}

{% macro spark__last_remembered(name) -%}
    {%- set names = adapter.get_relation(this.database, this.schema, 'remembered') -%}
    {%- if names is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set last = run_query(
        'select max_by(run_id, remembered_at) from ' ~ names ~ " where name = '" ~ name ~ "'"
    ).columns[0].values()[0] -%}
    {%- if not last -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(adapter.get_relation(this.database, this.schema, name ~ '__' ~ last | replace('-', '_'))) }}
{%- endmacro %}
