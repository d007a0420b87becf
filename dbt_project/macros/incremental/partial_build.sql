{# stands_on_last_build(): had the last complete build the same code, settings, registry and reference data as this one? #}
{% macro stands_on_last_build() -%}
    {{ return(adapter.dispatch('stands_on_last_build', 'influencer_roi')()) }}
{%- endmacro %}

{# There the record is dropped before anything else is built where it does not vouch, so its existence is the answer, and
   costs no statement a model. #}
{% macro spark__stands_on_last_build() -%}
    {{ return(adapter.get_relation(this.database, 'intermediate', 'int_build_recorded') is not none) }}
{%- endmacro %}

{% macro default__stands_on_last_build() -%}
    {%- set recorded = adapter.get_relation(this.database, 'intermediate', 'int_build_recorded') -%}
    {%- set current = adapter.get_relation(this.database, 'intermediate', 'int_build_fingerprint') -%}
    {%- if recorded is none or current is none -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set rows = run_query(
        'select count(*) from ' ~ recorded ~ ' as recorded inner join ' ~ current ~ ' as now on recorded.fingerprint = now.fingerprint'
    ) -%}
    {{ return(rows.columns[0].values()[0] | int > 0) }}
{%- endmacro %}

{# should_full_refresh(): dbt asks it before each incremental model. Beside `--full-refresh`, whatever no complete build
   under this very code vouches for is built anew, with the columns that the code has now. #}
{% macro should_full_refresh() -%}
    {%- if config.get('full_refresh') is not none -%}
        {{ return(config.get('full_refresh')) }}
    {%- endif -%}
    {%- if model.resource_type == 'seed' -%}
        {#- Made anew by each build. -#}
        {{ return(true) }}
    {%- endif -%}
    {{ return(flags.FULL_REFRESH or not influencer_roi.stands_on_last_build()) }}
{%- endmacro %}

{# partial_build(): may this model touch only what changed? It replaces is_incremental() everywhere, which it overrides
   nowhere: a name for unit tests to set. #}
{% macro partial_build() -%}
    {{ return(adapter.dispatch('partial_build', 'influencer_roi')()) }}
{%- endmacro %}

{% macro default__partial_build() -%}
    {%- if execute and config.get('materialized') == 'stored_fact' -%}
        {{ return(
            not config.get('meta', {}).get('restates_everybody')
            and load_cached_relation(influencer_roi.stored_credits(this)) is not none
            and not should_full_refresh()
        ) }}
    {%- endif -%}
    {{ return(execute and is_incremental()) }}
{%- endmacro %}

{# There builds are complete where the number of buckets is 0. A model is also built anew when its table cannot be
   overwritten partition by partition, and with every strategy that its materialization does not know. #}
{% macro spark__partial_build() -%}
    {%- set is_fact = config.get('materialized') == 'stored_fact' and not config.get('meta', {}).get('restates_everybody') -%}
    {%- if not execute or not (is_fact or config.get('materialized') == 'incremental') or influencer_roi.spark_buckets() == 0 -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set existing_relation = load_cached_relation(influencer_roi.stored_credits(this) if is_fact else this) -%}
    {%- if existing_relation is none or not existing_relation.is_table or should_full_refresh() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set strategy = 'replace_changed' if is_fact else config.get('incremental_strategy') -%}
    {{ return(
        strategy == 'replace_all'
        or (strategy in influencer_roi.spark_strategies_of_partitions() and influencer_roi.spark_can_overwrite(existing_relation))
    ) }}
{%- endmacro %}

{# changed_only(column, changed): a condition that keeps the rows of changed keys in a partial build, and all otherwise. #}
{% macro changed_only(column, changed) -%}
    {%- if influencer_roi.partial_build() -%}
        {{ column }} in (select {{ column.split('.')[-1] }} from {{ changed }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# clicks_to_build(): the relation of the staged clicks that this build is made of: those of changed visitors in a partial
   one. Name both for dbt, which sees only one of them: `depends_on`. #}
{% macro clicks_to_build() -%}
    {{ return(ref('int_changed_clicks') if influencer_roi.partial_build() else ref('stg_web__clicks')) }}
{%- endmacro %}

{# entries_to_build(): the same of the entries of sessions. #}
{% macro entries_to_build() -%}
    {{ return(ref('int_changed_entries') if influencer_roi.partial_build() else ref('int_session_entries')) }}
{%- endmacro %}

{# changed_keys(relation, key): the relation of changed keys of this kind, in the database of `relation`; a model may name
   another one as `meta.changed`. #}
{% macro changed_keys(relation, key) -%}
    {%- set changed = {
        'visitor_key': 'int_changed_visitors', 'person_key': 'int_changed_people', 'person_id': 'int_changed_people',
    } -%}
    {{ return(adapter.get_relation(relation.database, 'intermediate', config.get('meta', {}).get('changed') or changed[key])) }}
{%- endmacro %}

{# Incremental strategy `replace_changed`: what belongs to a changed key goes, what the model says of it comes, in one
   transaction. The unique key names the changed relation. #}
{% macro get_incremental_replace_changed_sql(arg_dict) -%}
    {%- set target_relation = arg_dict['target_relation'] -%}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target_relation }}
    where {{ key }} in (
        select {{ key }}
        from {{ influencer_roi.changed_keys(target_relation, key) }}
    );
    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{%- endmacro %}

{# new_files(column): a condition on raw rows: loaded since the last complete build; everything when there is none. #}
{% macro new_files(column='_file_id') -%}
    {%- if influencer_roi.partial_build() -%}
        {{ column }} > (
            select coalesce(max(built_through_file_id), -1)
            from {{ adapter.get_relation(this.database, 'intermediate', 'int_build_recorded') }}
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Incremental strategy `replace_all`: a small table made anew by each build that yet knows whether the build is partial. #}
{% macro get_incremental_replace_all_sql(arg_dict) -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict['target_relation'] }};
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{%- endmacro %}

{# forget_other_builds(): a build under other settings begins, so what was recorded no longer vouches for the tables. #}
{% macro forget_other_builds() -%}
    {{ return(adapter.dispatch('forget_other_builds', 'influencer_roi')()) }}
{%- endmacro %}

{# The fingerprints of people are replaced in two steps there: a run that was killed between them leaves none, and nothing
   to compare with. #}
{% macro spark__forget_other_builds() -%}
    {%- set recorded = adapter.get_relation(this.database, 'intermediate', 'int_build_recorded') -%}
    {%- if execute and recorded is not none -%}
        {%- set vouches = adapter.get_relation(this.database, 'intermediate', 'int_people_recorded') is not none and run_query(
            'select 1 from ' ~ recorded ~ ' as recorded inner join ' ~ this ~ ' as now on recorded.fingerprint = now.fingerprint'
        ).rows | length > 0 -%}
        {%- if not vouches -%}
            {%- do adapter.drop_relation(recorded) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro default__forget_other_builds() -%}
    {%- set recorded = adapter.get_relation(this.database, 'intermediate', 'int_build_recorded') -%}
    {%- if execute and recorded is not none -%}
        delete from {{ recorded }} where fingerprint not in (select fingerprint from {{ this }})
    {%- endif -%}
{%- endmacro %}
