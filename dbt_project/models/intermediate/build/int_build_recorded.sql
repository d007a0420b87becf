-- Written last: whatever a run that failed or was killed had begun is done again by the next one.
{% for attribution_model in attribution_models() -%}
-- depends_on: {{ ref('fct_attribution__' ~ attribution_model) }}
{% endfor %}
-- depends_on: {{ ref('int_journeys') }}
-- depends_on: {{ ref('int_sessions') }}
-- depends_on: {{ ref('int_people_recorded') }}
select
    {{ build_fingerprint('code_fingerprint') }} as fingerprint,
    (select coalesce(max(file_id), -1) from {{ source('raw', 'load_log') }}) as built_through_file_id
from {{ ref('int_build_fingerprint') }}
