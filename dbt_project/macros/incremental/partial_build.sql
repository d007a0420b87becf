{# partial_build(): may this model touch only what changed? Only if its table exists and the last complete build had the
   same code, settings, registry and reference data. It replaces is_incremental() everywhere. #}
{% macro partial_build() -%}
    {%- if not execute or not is_incremental() -%}
        {{ return(false) }}
    {%- endif -%}
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

{# changed_only(column, changed): a condition that keeps the rows of changed keys in a partial build, and all otherwise. #}
{% macro changed_only(column, changed) -%}
    {%- if influencer_roi.partial_build() -%}
        {{ column }} in (select {{ column.split('.')[-1] }} from {{ changed }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Incremental strategy `replace_changed`: what belongs to a changed key goes, what the model says of it comes, in one
   transaction. The unique key names the changed relation; a build that is not partial replaces every row. #}
{% macro get_incremental_replace_changed_sql(arg_dict) -%}
    {%- set changed = {
        'visitor_key': 'int_changed_visitors', 'person_key': 'int_changed_people', 'person_id': 'int_changed_people',
    } -%}
    {%- set target_relation = arg_dict['target_relation'] -%}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target_relation }}
    {%- if influencer_roi.partial_build() %}
    where {{ key }} in (
        select {{ key }}
        from {{ adapter.get_relation(target_relation.database, 'intermediate', changed[key]) }}
    )
    {%- endif %};
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
    {%- set recorded = adapter.get_relation(this.database, 'intermediate', 'int_build_recorded') -%}
    {%- if execute and recorded is not none -%}
        delete from {{ recorded }} where fingerprint not in (select fingerprint from {{ this }})
    {%- endif -%}
{%- endmacro %}
