{# The bootstrap's weights: Poisson(1), one a person and replicate, out of hashes, so that every run and engine draws alike.
   A person's hash a and a replicate's hashes m, c give a m + c modulo the prime 2^31 - 1, uniform and independent between
   people; the product stays within 64 bits, which costs a hundredth of hashing every pair. #}
{% macro bootstrap_prime() -%}2147483647{%- endmacro %}

{# person_draw(person_id): a person's number below the prime. #}
{% macro person_draw(person_id) -%}
    {{ influencer_roi.hex_to_bigint("substr(md5('person ' || " ~ person_id ~ "), 1, 15)") }} % {{ influencer_roi.bootstrap_prime() }}
{%- endmacro %}

{# replicate_rows(replicates): one row a replicate with its multiplier and increment. #}
{% macro replicate_rows(replicates) -%}
    select
        replicate,
        1 + {{ influencer_roi.hex_to_bigint("substr(md5('multiplier ' || cast(replicate as " ~ dbt.type_string() ~ ")), 1, 15)") }}
            % ({{ influencer_roi.bootstrap_prime() }} - 1) as multiplier,
        {{ influencer_roi.hex_to_bigint("substr(md5('increment ' || cast(replicate as " ~ dbt.type_string() ~ ")), 1, 15)") }}
            % {{ influencer_roi.bootstrap_prime() }} as increment
    from (select cast(generated_number as int) as replicate from ({{ dbt.generate_series(replicates) }}) as numbers) as replicates
{%- endmacro %}

{# poisson_weight(draw): the Poisson(1) quantile of a uniform number below the prime, 0 to 8, as a double. #}
{% macro poisson_weight(draw) -%}
    case
        {% for threshold in [790015084, 1580030168, 1975037710, 2106706891, 2139624186, 2146207645, 2147304888, 2147461637] -%}
        when {{ draw }} < {{ threshold }} then {{ loop.index0 }}.0
        {% endfor -%}
        else 8.0
    end
{%- endmacro %}
