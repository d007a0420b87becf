{# How incremental tables are stored on Spark, unless ROI_SPARK_BUCKETS is 0: in a partition a day where the model names the
   time whose day a row belongs to (`meta.day_of`), else in a partition a hash bucket of its key. Facts of conversions go by
   the conversion, so that a purchase writes to one day and not to each of its touches'. #}

{# spark_buckets(): how many buckets there are; 0 where builds are complete. #}
{% macro spark_buckets() -%}
    {{ return((env_var('ROI_SPARK_BUCKETS', '') or '0') | int) }}
{%- endmacro %}

{# spark_strategies_of_partitions(): incremental strategies whose tables lose rows; none where builds are complete. #}
{% macro spark_strategies_of_partitions() -%}
    {{ return(['replace_changed', 'delete+insert'] if influencer_roi.spark_buckets() > 0 else []) }}
{%- endmacro %}

{# spark_partition(): the column of the model's partitions, `column`, and the `time` whose day it is, which is none for buckets.
   The name of a bucket's column has the number of buckets, so that a table of another number is seen.
   Trap: Hive's metastore cannot filter by a name that begins with `_`. #}
{% macro spark_partition() -%}
    {%- set time = config.get('meta', {}).get('day_of') -%}
    {{ return({'column': 'day_of_row' if time else 'bucket_of_' ~ influencer_roi.spark_buckets(), 'time': time}) }}
{%- endmacro %}

{# spark_bucket(key): the bucket of a key. #}
{% macro spark_bucket(key) -%}
    cast(pmod(xxhash64({{ key }}), {{ influencer_roi.spark_buckets() }}) as int)
{%- endmacro %}

{# spark_partition_literal(partition, value): a value of the partition's column, in SQL. #}
{% macro spark_partition_literal(partition, value) -%}
    {{ return("date '" ~ (value | string)[:10] ~ "'" if partition.time else value | int | string) }}
{%- endmacro %}

{# spark_with_partition(key, query): the query's rows, each with its partition. #}
{% macro spark_with_partition(key, query) -%}
    {%- set partition = influencer_roi.spark_partition() -%}
    select
        model_rows.*,
        {% if partition.time -%}
        cast({{ partition.time }} as date)
        {%- else -%}
        {{ influencer_roi.spark_bucket('model_rows.' ~ key) }}
        {%- endif %} as {{ partition.column }}
    from (
        {{ query }}
    ) as model_rows
{%- endmacro %}

{# spark_create_in_partitions(relation, key, query): the table, with about a file a partition. #}
{% macro spark_create_in_partitions(relation, key, query) -%}
    {%- set column = influencer_roi.spark_partition().column -%}
    create table {{ relation }} using parquet partitioned by ({{ column }})
    {{ influencer_roi.spark_location(relation.schema, relation.identifier) }} as
    select /*+ rebalance({{ column }}) */ *
    from (
        {{ influencer_roi.spark_with_partition(key, query) }}
    ) as rows_in_partitions
{%- endmacro %}
