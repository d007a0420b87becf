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
