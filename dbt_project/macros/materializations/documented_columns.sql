{# What dbt asks of DuckDB, and of Jinja, for each column of each published model, asked once a model. #}

{# All comments in one statement. The contract has compared the columns with those that are described. #}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set comments = [] -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do comments.append(
            'comment on ' ~ relation.type ~ ' ' ~ relation ~ ' is ' ~ duckdb_escape_comment(model.description)
        ) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() -%}
        {%- for column in model.columns.values() if column.description -%}
            {%- do comments.append(
                'comment on column ' ~ relation ~ '.' ~ adapter.quote(column.name) ~ ' is '
                ~ duckdb_escape_comment(column.description)
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if comments -%}
        {%- do run_query(comments | join(';\n')) -%}
    {%- endif -%}
{%- endmacro %}

{# The contract's comparison as one query; where it finds a difference, dbt's own says which. #}
{% macro duckdb__get_assert_columns_equivalent(sql) -%}
    {%- if model['columns'] -%}
        {%- set differences = run_query(
            'select 1 from (describe ' ~ get_empty_subquery_sql(sql, config.get('sql_header')) ~ ') as found'
            ~ ' full outer join (describe ' ~ get_empty_schema_sql(model['columns']) ~ ') as declared'
            ~ ' on found.column_name = declared.column_name and found.column_type = declared.column_type'
            ~ ' where found.column_name is null or declared.column_name is null'
        ) -%}
    {%- endif -%}
    {%- if not model['columns'] or differences.rows | length > 0 -%}
        {{ return(assert_columns_equivalent(sql)) }}
    {%- endif -%}
{%- endmacro %}
