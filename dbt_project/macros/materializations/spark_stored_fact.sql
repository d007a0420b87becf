{# stored_fact, on Spark: what is stored is in buckets of people, as an incremental table is; the view over it is the same. A
   fact whose weights depend on everybody's journeys is made anew. #}
{% materialization stored_fact, adapter="spark" %}
    {{ run_hooks(pre_hooks) }}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set stored = influencer_roi.stored_credits(this) -%}
    {%- set query, view = compiled_code.split(influencer_roi.view_from_here()) -%}
    {%- set query = query ~ ' select * from credits' -%}

    {% if existing_relation is not none and not existing_relation.is_view %}
        {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {% if influencer_roi.partial_build() %}
        {{ influencer_roi.spark_replace_changed(
            load_cached_relation(stored), 'person_key', query, influencer_roi.changed_keys(stored, 'person_key')
        ) }}
    {% elif influencer_roi.spark_strategies_of_partitions() and not config.get('meta', {}).get('restates_everybody') %}
        {{ influencer_roi.spark_build_partitions(stored, 'person_key', query) }}
    {% else %}
        {% call statement('main') -%}
            {{ influencer_roi.create_or_replace_table(stored, query) }}
        {%- endcall %}
    {% endif %}
    {% if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(compiled_code) }}
    {% endif %}
    {% do run_query('create or replace view ' ~ target_relation ~ ' as with credits as (select * from ' ~ stored ~ ') ' ~ view) %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
