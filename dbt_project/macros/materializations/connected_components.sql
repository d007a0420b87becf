{# connected_components: a table (node_key, component_key) out of a query of undirected edges (left_key, right_key).

   component_key is the smallest node_key of the component. Labels shrink by FastSV (Zhang, Azad, Hu 2020): each round
   takes the smallest grandparent over an edge for the node and for its parent, then shortcuts; a chain of n nodes
   needs about log n rounds. It ends when a round changes nothing, so it is right for any graph.

   The edges are kept beside the table. In a partial build only components that an edge came to or went from are labelled
   again, with all their nodes: edges never lead out of them. What is compared is what the table was made of, so a killed run
   leaves nothing out. #}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set kept_edges = influencer_roi.work_table('__edges') -%}
    {%- set new_edges = influencer_roi.work_table('__new_edges') -%}
    {%- set touched = influencer_roi.work_table('__touched') -%}
    {%- set labels = [influencer_roi.work_table('__labels_a'), influencer_roi.work_table('__labels_b')] -%}
    {%- set is_partial = influencer_roi.can_label_in_part(existing_relation, kept_edges) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% do influencer_roi.replace_work_table(new_edges, influencer_roi.both_directions(compiled_code)) %}
    {%- set edges = new_edges -%}
    {% if is_partial %}
        {% do influencer_roi.replace_work_table(touched, influencer_roi.touched_nodes(new_edges, kept_edges, existing_relation)) %}
        {%- set edges = '(select edges.left_key, edges.right_key from ' ~ new_edges ~ ' as edges inner join ' ~ touched
            ~ ' as touched on edges.left_key = touched.node_key)' -%}
    {% endif %}
    {% do influencer_roi.replace_work_table(
        labels[0], 'select left_key as node_key, min(case when right_key < left_key then right_key else left_key end) as parent_key from '
        ~ edges ~ ' as edges group by left_key'
    ) %}

    {%- set state = namespace(round=0, changed=1) -%}
    {% for _ in range(1000) if state.changed > 0 %}
        {%- set old = labels[state.round % 2] -%}
        {%- set new = labels[(state.round + 1) % 2] -%}
        {% do influencer_roi.replace_work_table(new, influencer_roi.shrink_labels(edges, old)) %}
        {%- set count = run_query(
            'select count(*) from ' ~ new ~ ' as new inner join ' ~ old ~ ' as old on new.node_key = old.node_key '
            ~ 'where new.parent_key <> old.parent_key'
        ) -%}
        {%- set state.changed = count.columns[0].values()[0] | int -%}
        {%- set state.round = state.round + 1 -%}
    {% endfor %}
    {% if state.changed > 0 %}
        {{ exceptions.raise_compiler_error('connected_components: no fixed point after 1000 rounds in ' ~ this) }}
    {% endif %}

    {%- set labelled = 'select node_key, parent_key as component_key from ' ~ labels[state.round % 2] -%}
    {% if is_partial %}
        {#- In one transaction: the kept edges are always those that the labels were made of. -#}
        {% call statement('main') -%}
            delete from {{ target_relation }} where node_key in (select node_key from {{ touched }});
            insert into {{ target_relation }} {{ labelled }};
            delete from {{ kept_edges }} where left_key in (select node_key from {{ touched }});
            insert into {{ kept_edges }} select edges.left_key, edges.right_key from {{ edges }} as edges;
        {%- endcall %}
    {% else %}
        {% for relation in [existing_relation, load_cached_relation(kept_edges)] if relation is not none %}
            {% do adapter.drop_relation(relation) %}
        {% endfor %}
        {% call statement('main') -%}
            {{ create_table_as(False, target_relation, labelled) }}
        {%- endcall %}
        {% do run_query(create_table_as(False, kept_edges, 'select left_key, right_key from ' ~ new_edges)) %}
    {% endif %}
    {% for relation in [new_edges, touched] + labels %}
        {% do run_query('drop table if exists ' ~ relation) %}
    {% endfor %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# can_label_in_part(table, kept_edges): is there what a partial build compares with, and may rows be deleted?
   Trap: Spark's Parquet tables lose no rows, so there all components are labelled. #}
{% macro can_label_in_part(table, kept_edges) -%}
    {{ return(adapter.dispatch('can_label_in_part', 'influencer_roi')(table, kept_edges)) }}
{%- endmacro %}

{% macro default__can_label_in_part(table, kept_edges) -%}
    {{ return(false) }}
{%- endmacro %}

{% macro duckdb__can_label_in_part(table, kept_edges) -%}
    {{ return(
        execute and table is not none and table.is_table and load_cached_relation(kept_edges) is not none
        and not should_full_refresh()
    ) }}
{%- endmacro %}

{# touched_nodes(new_edges, kept_edges, table): the nodes of edges that came or went, and all others of their components. #}
{% macro touched_nodes(new_edges, kept_edges, table) %}
    with changed as (
        select left_key as node_key from {{ new_edges }} as new
        where not exists (
            select 1 from {{ kept_edges }} as kept where kept.left_key = new.left_key and kept.right_key = new.right_key
        )
        union
        select left_key from {{ kept_edges }} as kept
        where not exists (
            select 1 from {{ new_edges }} as new where kept.left_key = new.left_key and kept.right_key = new.right_key
        )
    )
    select node_key from changed
    union
    select members.node_key
    from {{ table }} as members
    inner join (
        select distinct components.component_key
        from {{ table }} as components
        inner join changed on components.node_key = changed.node_key
    ) as touched on members.component_key = touched.component_key
{% endmacro %}

{% macro both_directions(edges_sql) %}
    with edges as (
        {{ edges_sql }}
    )
    select left_key, right_key from edges where left_key <> right_key
    union
    select right_key as left_key, left_key as right_key from edges where left_key <> right_key
{% endmacro %}

{% macro shrink_labels(edges, labels) %}
    with grandparents as (
        select child.node_key, child.parent_key, parent.parent_key as grandparent_key
        from {{ labels }} as child
        inner join {{ labels }} as parent on child.parent_key = parent.node_key
    ),
    neighbours as (
        select edges.left_key as node_key, min(far.grandparent_key) as candidate_key
        from {{ edges }} as edges
        inner join grandparents as far on edges.right_key = far.node_key
        group by edges.left_key
    ),
    candidates as (
        select node_key, candidate_key from neighbours
        union all
        select near.parent_key as node_key, neighbours.candidate_key
        from neighbours
        inner join grandparents as near on neighbours.node_key = near.node_key
        union all
        select node_key, grandparent_key as candidate_key from grandparents
    )
    select node_key, min(candidate_key) as parent_key
    from candidates
    group by node_key
{% endmacro %}

{% macro work_table(suffix) %}
    {{ return(this.incorporate(path={'identifier': this.identifier ~ suffix}, type='table')) }}
{% endmacro %}

{% macro replace_work_table(relation, sql) %}
    {% do run_query('drop table if exists ' ~ relation) %}
    {% do run_query(create_table_as(False, relation, sql)) %}
{% endmacro %}
