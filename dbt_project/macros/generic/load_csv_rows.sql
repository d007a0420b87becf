{# Seeds load by one COPY with every option stated: nothing is guessed from hand-kept files, and 50,000 links take
   a second (dbt's own way binds each value; dbt-duckdb's fast way lets the sniffer guess quotes and columns). #}
{% macro duckdb__load_csv_rows(model, agate_table) %}
    {% set sql %}
        copy {{ this.render() }} ({{ get_seed_column_quoted_csv(model, agate_table.column_names) }})
        from '{{ adapter.get_seed_file_path(model) | replace("'", "''") }}'
        (format csv, header true, auto_detect false, delimiter ',', quote '"', escape '"', strict_mode true)
    {% endset %}
    {% do adapter.add_query(sql, abridge_sql_log=True) %}
    {{ return(sql) }}
{% endmacro %}

{# A spreadsheet gains and loses columns between runs, so its table is made anew instead of emptied. #}
{% macro duckdb__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {{ adapter.drop_relation(old_relation) }}
    {{ return(create_csv_table(model, agate_table)) }}
{% endmacro %}

{# On Spark the same by its own reader, from the copy that `roi` keeps where all workers can read it. #}
{% macro spark__create_csv_table(model, agate_table) %}
    {% set sql %}
        create table {{ this.render() }} ({{ influencer_roi.spark_seed_columns(model, agate_table) }}) using parquet
        {{ influencer_roi.spark_location(this.schema, this.identifier) }}
    {% endset %}
    {% do run_query(sql) %}
    {{ return(sql) }}
{% endmacro %}

{% macro spark__load_csv_rows(model, agate_table) %}
    {% set rows = this.identifier ~ '__rows' %}
    {% do run_query(
        'create or replace temporary view ' ~ rows ~ ' (' ~ influencer_roi.spark_seed_columns(model, agate_table)
        ~ ") using csv options (path '" ~ env_var('ROI_SPARK_ADDRESS') ~ '/seeds/' ~ model.name
        ~ ".csv', header 'true', quote '\"', escape '\"', multiLine 'true', mode 'FAILFAST')"
    ) %}
    {% set sql %}
        insert overwrite {{ this.render() }} select * from {{ rows }}
    {% endset %}
    {% do run_query(sql) %}
    {{ return(sql) }}
{% endmacro %}

{% macro spark_seed_columns(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
        {{ name }} {{ 'string' if type == 'varchar' else type }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
