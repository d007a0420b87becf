{# stored_fact: what a fact's own rows need is a table, `int_credits__<model>`, and what readers know it by a view over it.

   The model's SQL is one query, which unit tests run as it is. Up to `view_from_here()` it is stored, its last CTE being
   `credits`; the rest is the view. Models repeat the same ids of conversions, touches and people, which are far longer than
   what differs between them. #}
{% materialization stored_fact, default %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set stored = influencer_roi.stored_credits(this) -%}
    {%- set query, view = compiled_code.split(influencer_roi.view_from_here()) -%}
    {%- set query = query ~ ' select * from credits' -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if existing_relation is not none and not existing_relation.is_view %}
        {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {{ influencer_roi.store_credits(stored, query) }}
    {% if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(compiled_code) }}
    {% endif %}
    {% do run_query('create or replace view ' ~ target_relation ~ ' as with credits as (select * from ' ~ stored ~ ') ' ~ view) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# store_credits(stored, query): makes what a fact stores anew, or in a partial build what belongs to changed people.
   Trap: Spark's Parquet tables lose no rows, so there it is in buckets of people, as an incremental table is. #}
{% macro store_credits(stored, query) -%}
    {{ return(adapter.dispatch('store_credits', 'influencer_roi')(stored, query)) }}
{%- endmacro %}

{% macro default__store_credits(stored, query) -%}
    {%- call statement('main') -%}
        {%- if influencer_roi.partial_build() -%}
            delete from {{ stored }} where person_key in (select person_key from {{ ref('int_changed_people') }});
            insert into {{ stored }} {{ query }};
        {%- else -%}
            {{ influencer_roi.create_or_replace_table(stored, query) }}
        {%- endif -%}
    {%- endcall -%}
{%- endmacro %}

{% macro spark__store_credits(stored, query) -%}
    {%- if influencer_roi.partial_build() -%}
        {{ influencer_roi.spark_replace_changed(
            load_cached_relation(stored), 'person_key', query, influencer_roi.changed_keys(stored, 'person_key')
        ) }}
    {%- elif influencer_roi.spark_strategies_of_partitions() and not config.get('meta', {}).get('restates_everybody') -%}
        {{ influencer_roi.spark_build_partitions(stored, 'person_key', query) }}
    {%- else -%}
        {%- call statement('main') -%}
            {{ influencer_roi.create_or_replace_table(stored, query) }}
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{# stored_credits(fact): the table behind the view of a fact; `fact` is its relation. #}
{% macro stored_credits(fact) -%}
    {{ return(api.Relation.create(
        database=fact.database, schema='intermediate', identifier=fact.identifier | replace('fct_attribution__', 'int_credits__'),
        type='table'
    )) }}
{%- endmacro %}

{# view_from_here(): where a stored fact's stored part ends. #}
{% macro view_from_here() -%}
    /* The view from here on. */
{%- endmacro %}
