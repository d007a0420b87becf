{# connected_components: a table (node_key, component_key) out of a query of undirected edges (left_key, right_key).

   component_key is the smallest node_key of the component. Labels shrink by FastSV (Zhang, Azad, Hu 2020): each round
   takes the smallest grandparent over an edge for the node and for its parent, then shortcuts; a chain of n nodes
   needs about log n rounds. It ends when a round changes nothing, so it is right for any graph. #}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set edges = influencer_roi.work_table('__edges') -%}
    {%- set labels = [influencer_roi.work_table('__labels_a'), influencer_roi.work_table('__labels_b')] -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% do influencer_roi.replace_work_table(edges, influencer_roi.both_directions(compiled_code)) %}
    {% do influencer_roi.replace_work_table(
        labels[0], 'select left_key as node_key, min(case when right_key < left_key then right_key else left_key end) as parent_key from '
        ~ edges ~ ' group by left_key'
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

    {% if existing_relation is not none %}
        {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {% call statement('main') -%}
        {{ create_table_as(
            False, target_relation, 'select node_key, parent_key as component_key from ' ~ labels[state.round % 2]
        ) }}
    {%- endcall %}
    {% for relation in [edges] + labels %}
        {% do run_query('drop table if exists ' ~ relation) %}
    {% endfor %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

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
