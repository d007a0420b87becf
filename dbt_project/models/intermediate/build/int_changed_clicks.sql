{{ config(materialized='incremental', incremental_strategy='replace_all') }}

-- Staged clicks of changed visitors, looked up once for all models that are built of them; empty when everything is built
-- anyway and they read stg_web__clicks (clicks_to_build).
-- depends_on: {{ ref('int_changed_visitors') }}
select *
from {{ ref('stg_web__clicks') }}
where {% if partial_build() %}visitor_key in (select visitor_key from {{ ref('int_changed_visitors') }}){% else %}false{% endif %}
