{# table, on Spark: the columns of a contract are cast to its types, and a Python model runs where dbt runs, from tables
   into a table (orchestration/lib/spark/python_models.py). Not atomic: a killed run leaves a model without its table
   until the next run; readers are not concerned, they have what was published. #}
{% materialization table, adapter="spark", supported_languages=['sql', 'python'] %}
    {{ run_hooks(pre_hooks) }}
    {%- set target_relation = influencer_roi.spark_without_table() -%}
    {# dbt takes a Python model from the materialization itself only, not from a macro. #}
    {% call statement('main', language=model['language']) -%}
        {{ compiled_code if model['language'] == 'python' else create_table_as(False, target_relation, compiled_code) }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# spark_without_table(): the model's relation, which no longer exists under its name. #}
{% macro spark_without_table() %}
    {%- set existing_relation = load_relation(this) -%}
    {% if existing_relation is not none %}
        {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {{ return(this.incorporate(type='table')) }}
{% endmacro %}

{# Every table has its place stated: Spark then overwrites what a killed run left there, in place of refusing the name. #}
{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') %}
    create table {{ relation }} using parquet {{ partition_cols(label='partitioned by') }}
    {{ influencer_roi.spark_location(relation.schema, relation.identifier) }} as
    {# What a materialization stores beside the model is not the contract's. #}
    {{ influencer_roi.spark_contracted(compiled_code) if relation.identifier == this.identifier else compiled_code }}
{% endmacro %}

{% macro spark__create_view_as(relation, sql) %}
    create or replace view {{ relation }} as
    {{ influencer_roi.spark_contracted(sql) }}
{% endmacro %}

{# spark_contracted(sql): the query with its columns cast to the contract's types, or as it is without a contract. #}
{% macro spark_contracted(sql) %}
    {%- if config.get('contract').enforced -%}
    select
        {% for column in model.columns.values() -%}
        cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
        {% endfor -%}
    from (
        {{ sql }}
    ) as model_rows
    {%- else -%}
    {{ sql }}
    {%- endif -%}
{% endmacro %}

{# spark_location(schema, table): where a table lies at the shared place. #}
{% macro spark_location(schema, table) -%}
    location '{{ env_var('ROI_SPARK_ADDRESS') }}/warehouse/{{ schema }}/{{ table }}'
{%- endmacro %}
