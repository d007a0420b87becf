{# table, on DuckDB: `create or replace` in place of build aside, rename, rename, drop. DuckDB replaces a table in one
   transaction, so a reader or a crash sees the old rows or the new ones all the same, and a model costs a third of the
   statements. Grants, indexes and foreign keys are not used in this project and not handled here. #}
{% materialization table, adapter="duckdb", supported_languages=['sql', 'python'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if existing_relation is not none and (existing_relation.is_view or model['language'] == 'python') %}
        {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {% call statement('main', language=model['language']) -%}
        {%- if model['language'] == 'python' -%}
            {{ create_table_as(False, target_relation, compiled_code, 'python') }}
        {%- elif config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(compiled_code) }}
            create or replace table {{ target_relation }}
            {{ get_table_columns_and_constraints() }};
            insert into {{ target_relation }} {{ get_column_names() }} (
                {{ get_select_subquery(compiled_code) }}
            );
        {%- else -%}
            create or replace table {{ target_relation }} as (
                {{ compiled_code }}
            );
        {%- endif -%}
    {%- endcall %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# create_or_replace_table(relation, query): the table of a materialization that is not a model's own.
   Trap: Spark replaces no Parquet table, so there it is dropped first. #}
{% macro create_or_replace_table(relation, query) -%}
    {{ return(adapter.dispatch('create_or_replace_table', 'influencer_roi')(relation, query)) }}
{%- endmacro %}

{% macro default__create_or_replace_table(relation, query) -%}
    {% do adapter.drop_relation(relation) %}
    {{ create_table_as(False, relation, query) }}
{%- endmacro %}

{% macro duckdb__create_or_replace_table(relation, query) -%}
    create or replace table {{ relation }} as ({{ query }})
{%- endmacro %}
