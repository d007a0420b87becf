{# money_product(amount, factor): an exact product rounded to cents, half away from zero.
   Traps: DuckDB computes a product of two decimals of up to 18 digits in 64 bits and overflows at 10^9; widen first. And an
   exchange rate is a quotient cut off at 16 places, which must not decide where half a cent goes: 8 places first. #}
{% macro money_product(amount, factor) -%}
    cast(round(round(cast({{ amount }} as decimal(22, 4)) * {{ factor }}, 8), 2) as decimal(18, 2))
{%- endmacro %}

{# exchange_rate(expression): 16 places, because a yen or won is so little that ten of them would cost cents on a large order. #}
{% macro exchange_rate(expression) -%}
    cast({{ expression }} as decimal(26, 16))
{%- endmacro %}

{# cents(amount): money as a whole number of cents. #}
{% macro cents(amount) -%}
    cast(cast({{ amount }} as decimal(22, 2)) * 100 as bigint)
{%- endmacro %}

{# from_cents(cents): whole cents as money, without a floating point on the way. #}
{% macro from_cents(cents) -%}
    cast(cast({{ cents }} as decimal(22, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
{%- endmacro %}

{# share_of_cents(cents, share): that share of whole cents, 0 to 1, rounded half away from zero as money_product does. #}
{% macro share_of_cents(cents, share) -%}
    cast(sign({{ cents }}) as bigint) * {{ influencer_roi.part_of_cents('abs(' ~ cents ~ ')', share) }}
{%- endmacro %}

{# part_of_cents(size, share): share_of_cents of cents that are not negative.
   Trap: a share of 0.3 is some 1e-15 more or less in a double, which alone would decide where 24.765 goes; what lies within
   a millionth of a cent of the half counts as the half. #}
{% macro part_of_cents(size, share) -%}
    cast(floor({{ size }} * ({{ share }}) + 0.500001) as bigint)
{%- endmacro %}
