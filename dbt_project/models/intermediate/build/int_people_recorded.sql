-- The fingerprints that the facts were built from; written after all that is built from changed people, so that an
-- interrupted run is done again.
{% for attribution_model in attribution_models() -%}
-- depends_on: {{ ref('fct_attribution__' ~ attribution_model) }}
{% endfor %}
-- depends_on: {{ ref('int_journeys') }}
-- depends_on: {{ ref('mart_customer_journeys') }}
-- depends_on: {{ ref('int_open_journeys') }}
select person_key, person_id, fingerprint
from {{ ref('int_people_fingerprints') }}
