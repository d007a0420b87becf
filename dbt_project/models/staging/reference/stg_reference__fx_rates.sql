{%- set columns = adapter.get_columns_in_relation(ref('fx_rates')) | map(attribute='name') | map('lower') | list if execute else [] -%}
{%- set currencies = columns | reject('equalto', 'rate_date') | list -%}

-- The seed is wide (a row a day, a column a currency): units of the currency for one euro.
with quoted as (
    {% for currency in currencies -%}
    select rate_date, '{{ currency | upper }}' as currency, cast({{ currency }} as decimal(18, 8)) as units_per_eur
    from {{ ref('fx_rates') }}
    where {{ currency }} is not null
    union all
    {% endfor -%}
    select rate_date, 'EUR' as currency, cast(1 as decimal(18, 8)) as units_per_eur
    from {{ ref('fx_rates') }}
)

select
    rate_date,
    currency,
    units_per_eur
from quoted
