{# incremental, on Spark. Plain Parquet has neither `delete` nor transactions, so tables that lose rows are in partitions
   (spark_partitions.sql): facts a partition a day, what belongs to a person, visitor or address and has no day a partition
   a hash bucket. A partial build overwrites the partitions in which a row differs, with what was kept of them and what is
   new. `append` adds rows, `replace_all` overwrites a table in place, by way of a second one where the model reads itself.

   A killed overwrite may leave a partition without its rows. While it goes on a table `<model>__new` exists; a run that
   finds one from another run makes the model anew and reads nothing of it. #}
{% materialization incremental, adapter="spark" %}
    {{ run_hooks(pre_hooks) }}
    {%- set strategy = config.get('incremental_strategy') -%}
    {%- set is_in_partitions = strategy in influencer_roi.spark_strategies_of_partitions() -%}
    {%- set is_partial = influencer_roi.partial_build() -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {% if is_in_partitions and is_partial %}
        {%- set key = config.get('unique_key') -%}
        {%- set changed = influencer_roi.changed_keys(target_relation, key) if strategy == 'replace_changed' else none -%}
        {{ influencer_roi.spark_replace_changed(
            existing_relation, key, influencer_roi.spark_contracted(compiled_code), changed
        ) }}
    {% elif existing_relation is not none and (strategy == 'append' or is_partial) %}
        {%- set names = adapter.get_columns_in_relation(existing_relation) | map(attribute='name') | join(', ') -%}
        {%- set new_rows = influencer_roi.spark_new_rows(target_relation) -%}
        {#- Spark overwrites no table that it reads, so what a table keeps of itself takes a second one. -#}
        {%- set reads_itself = strategy != 'append' and (target_relation | string) in compiled_code -%}
        {%- if reads_itself -%}
            {%- if load_cached_relation(new_rows) is not none -%}
                {#- A killed run had made it, and may have lost what it overwrote. -#}
                {%- do run_query(
                    'insert overwrite table ' ~ target_relation ~ ' (' ~ names ~ ') select ' ~ names ~ ' from ' ~ new_rows
                ) -%}
                {%- do run_query('drop table ' ~ new_rows) -%}
            {%- endif -%}
            {%- do run_query(
                'create table ' ~ new_rows ~ ' using parquet '
                ~ influencer_roi.spark_location(new_rows.schema, new_rows.identifier) ~ ' as ' ~ compiled_code
            ) -%}
        {%- endif -%}
        {% call statement('main') -%}
            insert {{ 'into' if strategy == 'append' else 'overwrite' }} table {{ target_relation }} ({{ names }})
            select {{ names }} from {% if reads_itself %}{{ new_rows }}{% else %}({{ compiled_code }}){% endif %} as new_rows
        {%- endcall %}
        {%- if reads_itself -%}
            {%- do run_query('drop table if exists ' ~ new_rows) -%}
        {%- endif -%}
    {% elif is_in_partitions %}
        {{ influencer_roi.spark_build_partitions(
            target_relation, config.get('unique_key'), influencer_roi.spark_contracted(compiled_code)
        ) }}
    {% else %}
        {%- do influencer_roi.spark_without_table() -%}
        {% call statement('main') -%}
            {{ create_table_as(False, target_relation, compiled_code) }}
        {%- endcall %}
        {%- set left_behind = load_cached_relation(influencer_roi.spark_new_rows(target_relation)) -%}
        {% if left_behind is not none %}
            {% do adapter.drop_relation(left_behind) %}
        {% endif %}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# spark_build_partitions(relation, key, query): makes a table in partitions anew; what a killed overwrite left is gone. #}
{% macro spark_build_partitions(relation, key, query) -%}
    {%- for left_behind in [relation, influencer_roi.spark_new_rows(relation)] if load_cached_relation(left_behind) is not none -%}
        {%- do adapter.drop_relation(load_cached_relation(left_behind)) -%}
    {%- endfor -%}
    {%- call statement('main') -%}
        {{ influencer_roi.spark_create_in_partitions(relation, key, query) }}
    {%- endcall -%}
{%- endmacro %}

{# spark_replace_changed(relation, key, query, changed): overwrites the partitions in which a row differs.

   changed: the relation of changed keys; none: the keys of the new rows. #}
{% macro spark_replace_changed(relation, key, query, changed) -%}
    {%- set statements = influencer_roi.spark_overwrite_partitions(relation, key, query, changed) -%}
    {%- if statements -%}
        {%- call statement('main') -%}
            {{ statements[0] }}
        {%- endcall -%}
        {%- do influencer_roi.spark_end_overwrite(relation, statements[1:]) -%}
    {%- else -%}
        {%- call noop_statement('main', 'nothing changed') -%}{%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{# spark_can_overwrite(relation): is this a table in the partitions in force, that no killed run left half-written? #}
{% macro spark_can_overwrite(relation) -%}
    {{ return(
        '[`' ~ influencer_roi.spark_partition().column ~ '`]' in (relation.information or '')
        and load_cached_relation(influencer_roi.spark_new_rows(relation)) is none
    ) }}
{%- endmacro %}

{# spark_new_rows(relation): the table of new rows, which exists as long as partitions are overwritten. #}
{% macro spark_new_rows(relation) -%}
    {{ return(relation.incorporate(path={'identifier': relation.identifier ~ '__new'}, type='table')) }}
{%- endmacro %}

{# spark_overwrite_partitions(relation, key, query, changed): makes the table of new rows, and returns the statements that
   overwrite the partitions in which a row differs from what was stored; none where nothing does, and then that table is
   gone again. Most rows of who changed are as they were: a visit of today leaves the journeys of last year alone. #}
{% macro spark_overwrite_partitions(relation, key, query, changed) -%}
    {%- set partition = influencer_roi.spark_partition() -%}
    {%- set new_rows = influencer_roi.spark_new_rows(relation) -%}
    {%- if changed is not none and run_query('select 1 from ' ~ changed ~ ' limit 1').rows | length == 0 -%}
        {{ return([]) }}
    {%- endif -%}
    {%- do run_query(
        'create table ' ~ new_rows ~ ' using parquet ' ~ influencer_roi.spark_location(new_rows.schema, new_rows.identifier)
        ~ ' as ' ~ influencer_roi.spark_with_partition(key, query)
    ) -%}
    {%- set changed = changed or new_rows -%}
    {%- set names = adapter.get_columns_in_relation(relation) | map(attribute='name') | reject('equalto', partition.column)
        | join(', ') -%}
    {%- set of_changed = 'exists (select 1 from ' ~ changed ~ ' as changed where changed.' ~ key ~ ' = kept_rows.' ~ key -%}
    {#- A key's bucket is known, so that no other one is read. -#}
    {%- set bucket_of_changed = ' and kept_rows.' ~ partition.column ~ ' = ' ~ influencer_roi.spark_bucket('changed.' ~ key)
        if not partition.time else '' -%}
    {%- set different_rows -%}
        select {{ partition.column }}, max(row_is_new) as has_new_row
        from (
            select {{ names }}, {{ partition.column }}, 1 as row_is_new from {{ new_rows }}
            union all
            select {{ names }}, {{ partition.column }}, 0 from {{ relation }} as kept_rows
            where {{ of_changed }}{{ bucket_of_changed }})
        ) as both_rows
        group by {{ names }}, {{ partition.column }}
        having sum(row_is_new) * 2 <> count(*)
    {%- endset -%}
    {%- set different = run_query(
        'select ' ~ partition.column ~ ', max(has_new_row) from (' ~ different_rows ~ ') as different_rows group by '
        ~ partition.column ~ ' order by 1'
    ) -%}
    {%- if different.rows | length == 0 -%}
        {%- do run_query('drop table ' ~ new_rows) -%}
        {{ return([]) }}
    {%- endif -%}

    {%- set literals, doubtful = [], [] -%}
    {%- for row in different.rows -%}
        {%- set literal = influencer_roi.spark_partition_literal(partition, row[0]) -%}
        {%- do literals.append(literal) -%}
        {%- if row[1] | int == 0 -%}{%- do doubtful.append(literal) -%}{%- endif -%}
    {%- endfor -%}
    {%- set in_partitions = partition.column ~ ' in (' ~ literals | join(', ') ~ ')' -%}
    {%- set all_rows -%}
        select {{ names }}, {{ partition.column }} from {{ new_rows }} where {{ in_partitions }}
        union all
        select {{ names }}, {{ partition.column }} from {{ relation }} as kept_rows
        where {{ in_partitions }} and not {{ of_changed }})
    {%- endset -%}
    {#- A dynamic overwrite replaces the partitions that it writes to; one that nothing is left of has to be named. -#}
    {%- set filled = [] -%}
    {%- if doubtful -%}
        {%- for value in run_query(
            'select distinct ' ~ partition.column ~ ' from (' ~ all_rows ~ ') as rows_of_partitions'
        ).columns[0].values() -%}
            {%- do filled.append(influencer_roi.spark_partition_literal(partition, value)) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set statements = [] -%}
    {%- if filled or not doubtful -%}
        {%- do run_query('set spark.sql.sources.partitionOverwriteMode=dynamic') -%}
        {%- do statements.append(
            'insert overwrite table ' ~ relation ~ ' partition (' ~ partition.column ~ ') select /*+ rebalance(' ~ partition.column
            ~ ') */ * from (' ~ all_rows ~ ') as rows_of_partitions'
        ) -%}
    {%- endif -%}
    {%- for empty in doubtful if empty not in filled -%}
        {%- do statements.append(
            'insert overwrite table ' ~ relation ~ ' partition (' ~ partition.column ~ ' = ' ~ empty ~ ') select ' ~ names
            ~ ' from ' ~ new_rows ~ ' where false'
        ) -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}

{# spark_end_overwrite(relation, statements): runs what is left of an overwrite, and says that it is over. #}
{% macro spark_end_overwrite(relation, statements) -%}
    {%- for statement in statements -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
    {%- do run_query('drop table if exists ' ~ influencer_roi.spark_new_rows(relation)) -%}
    {%- do run_query('set spark.sql.sources.partitionOverwriteMode=static') -%}
{%- endmacro %}
