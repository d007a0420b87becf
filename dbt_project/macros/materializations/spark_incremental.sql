{# incremental, on Spark. Plain Parquet has neither `delete` nor transactions, so tables that lose rows are spread over
   buckets by the hash of their unique key, a partition each, and a partial build overwrites the buckets of changed keys
   with what was kept of them and what is new. `append` adds rows, `replace_all` overwrites a table in place, by way of a
   second one where the model reads itself.

   A killed overwrite may leave a bucket without its rows. While it goes on a table `<model>__new` exists; a run that
   finds one from another run makes the model anew and reads nothing of it. #}
{% materialization incremental, adapter="spark" %}
    {{ run_hooks(pre_hooks) }}
    {%- set strategy = config.get('incremental_strategy') -%}
    {%- set is_in_buckets = strategy in influencer_roi.spark_strategies_of_buckets() -%}
    {%- set is_partial = influencer_roi.partial_build() -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {% if is_in_buckets and is_partial %}
        {%- set key = config.get('unique_key') -%}
        {%- set changed = influencer_roi.changed_keys(target_relation, key) if strategy == 'replace_changed' else none -%}
        {%- set statements = influencer_roi.spark_overwrite_buckets(
            existing_relation, key, influencer_roi.spark_contracted(compiled_code), changed
        ) -%}
        {% if statements %}
            {% call statement('main') -%}
                {{ statements[0] }}
            {%- endcall %}
            {% do influencer_roi.spark_end_overwrite(existing_relation, statements[1:]) %}
        {% else %}
            {% call noop_statement('main', 'nothing changed') %}{% endcall %}
        {% endif %}
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
    {% else %}
        {%- do influencer_roi.spark_without_table() -%}
        {% call statement('main') -%}
            {%- if is_in_buckets -%}
                {{ influencer_roi.spark_create_in_buckets(
                    target_relation, config.get('unique_key'), influencer_roi.spark_contracted(compiled_code)
                ) }}
            {%- else -%}
                {{ create_table_as(False, target_relation, compiled_code) }}
            {%- endif -%}
        {%- endcall %}
        {%- set left_behind = load_cached_relation(influencer_roi.spark_new_rows(target_relation)) -%}
        {% if left_behind is not none %}
            {% do adapter.drop_relation(left_behind) %}
        {% endif %}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# spark_strategies_of_buckets(): incremental strategies whose tables lose rows; none where no number of buckets is set. #}
{% macro spark_strategies_of_buckets() -%}
    {{ return(['replace_changed', 'delete+insert'] if env_var('ROI_SPARK_BUCKETS', '') else []) }}
{%- endmacro %}

{# spark_bucket_column(): the partition. Its name has the number of buckets, so that a table of another number is seen.
   Trap: Hive's metastore cannot filter by a name that begins with `_`. #}
{% macro spark_bucket_column() -%}
    {{ return('bucket_of_' ~ env_var('ROI_SPARK_BUCKETS')) }}
{%- endmacro %}

{# spark_bucket(key): the bucket of a key. #}
{% macro spark_bucket(key) -%}
    cast(pmod(xxhash64({{ key }}), {{ influencer_roi.spark_bucket_column().split('_')[-1] }}) as int)
{%- endmacro %}

{# spark_can_overwrite(relation): is this a table in buckets, of the number in force, that no killed run left half-written? #}
{% macro spark_can_overwrite(relation) -%}
    {{ return(
        '[`' ~ influencer_roi.spark_bucket_column() ~ '`]' in (relation.information or '')
        and load_cached_relation(influencer_roi.spark_new_rows(relation)) is none
    ) }}
{%- endmacro %}

{# spark_new_rows(relation): the table of new rows, which exists as long as buckets are overwritten. #}
{% macro spark_new_rows(relation) -%}
    {{ return(relation.incorporate(path={'identifier': relation.identifier ~ '__new'}, type='table')) }}
{%- endmacro %}

{# spark_create_in_buckets(relation, key, query): a table with a partition a bucket, and about a file a partition. #}
{% macro spark_create_in_buckets(relation, key, query) -%}
    {%- set bucket = influencer_roi.spark_bucket_column() -%}
    create table {{ relation }} using parquet partitioned by ({{ bucket }})
    {{ influencer_roi.spark_location(relation.schema, relation.identifier) }} as
    select /*+ rebalance({{ bucket }}) */ *
    from (
        select model_rows.*, {{ influencer_roi.spark_bucket('model_rows.' ~ key) }} as {{ bucket }}
        from (
            {{ query }}
        ) as model_rows
    ) as spread_rows
{%- endmacro %}

{# spark_overwrite_buckets(relation, key, query, changed): makes the table of new rows, and returns the statements that
   overwrite the buckets of changed keys; none where nothing changed.

   changed: the relation of changed keys; none: the keys of the new rows. #}
{% macro spark_overwrite_buckets(relation, key, query, changed) -%}
    {%- set bucket = influencer_roi.spark_bucket_column() -%}
    {%- set new_rows = influencer_roi.spark_new_rows(relation) -%}
    {%- set bucket_of_key = influencer_roi.spark_bucket(key) -%}
    {%- if changed is not none and run_query('select 1 from ' ~ changed ~ ' limit 1').rows | length == 0 -%}
        {{ return([]) }}
    {%- endif -%}
    {%- do run_query(
        'create table ' ~ new_rows ~ ' using parquet ' ~ influencer_roi.spark_location(new_rows.schema, new_rows.identifier)
        ~ ' as select model_rows.*, ' ~ influencer_roi.spark_bucket('model_rows.' ~ key) ~ ' as ' ~ bucket
        ~ ' from (' ~ query ~ ') as model_rows'
    ) -%}
    {%- set changed = changed or new_rows -%}
    {%- set buckets = run_query('select distinct ' ~ bucket_of_key ~ ' from ' ~ changed ~ ' order by 1').columns[0].values() -%}
    {%- if buckets | length == 0 -%}
        {%- do run_query('drop table ' ~ new_rows) -%}
        {{ return([]) }}
    {%- endif -%}

    {%- set names = adapter.get_columns_in_relation(relation) | map(attribute='name') | reject('equalto', bucket) | join(', ') -%}
    {%- set kept_rows -%}
        from {{ relation }} as kept_rows
        where
            {{ bucket }} in ({{ buckets | join(', ') }})
            and not exists (select 1 from {{ changed }} as changed where changed.{{ key }} = kept_rows.{{ key }})
    {%- endset -%}
    {#- A dynamic overwrite replaces the partitions that it writes to; one that nothing is left of has to be named. -#}
    {%- set filled = run_query(
        'select ' ~ bucket ~ ' from ' ~ new_rows ~ ' union select ' ~ bucket ~ ' ' ~ kept_rows
    ).columns[0].values() -%}
    {%- set statements = [] -%}
    {%- if filled | length > 0 -%}
        {%- do run_query('set spark.sql.sources.partitionOverwriteMode=dynamic') -%}
        {%- set overwrite -%}
            insert overwrite table {{ relation }} partition ({{ bucket }})
            select /*+ rebalance({{ bucket }}) */ *
            from (
                select {{ names }}, {{ bucket }} from {{ new_rows }}
                union all
                select {{ names }}, {{ bucket }} {{ kept_rows }}
            ) as rows_of_buckets
        {%- endset -%}
        {%- do statements.append(overwrite) -%}
    {%- endif -%}
    {%- for empty in buckets if empty not in filled -%}
        {%- do statements.append(
            'insert overwrite table ' ~ relation ~ ' partition (' ~ bucket ~ ' = ' ~ empty ~ ') select ' ~ names
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
