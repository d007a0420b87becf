-- One reporting-currency rate for every day and currency in use: the last quote, at most seven days old.
with needed as (
    select cast(ordered_at as date) as used_on, currency
    from {{ ref('stg_shop__orders') }}
    where is_purchase
    union
    select incurred_on, currency from {{ ref('stg_registry__costs') }}
    where incurred_on is not null
    union
    select campaigns.starts_on, partnerships.currency
    from {{ ref('stg_registry__partnerships') }} as partnerships
    inner join {{ ref('stg_registry__campaigns') }} as campaigns on partnerships.campaign_id = campaigns.campaign_id
    where partnerships.fee > 0 and partnerships.currency is not null and campaigns.starts_on is not null
),

foreign_money as (
    select used_on, currency
    from needed
    where currency <> '{{ var("reporting_currency") }}'
),

candidates as (
    select
        foreign_money.used_on,
        foreign_money.currency,
        own.units_per_eur as own_units,
        reporting.units_per_eur as reporting_units,
        row_number() over (
            partition by foreign_money.used_on, foreign_money.currency order by own.rate_date desc
        ) as recency
    from foreign_money
    inner join {{ ref('stg_reference__fx_rates') }} as own
        on
            foreign_money.currency = own.currency
            and own.rate_date between {{ dbt.dateadd('day', -7, 'foreign_money.used_on') }} and foreign_money.used_on
    inner join {{ ref('stg_reference__fx_rates') }} as reporting
        on own.rate_date = reporting.rate_date and reporting.currency = '{{ var("reporting_currency") }}'
)

select
    needed.used_on,
    needed.currency,
    case
        when needed.currency = '{{ var("reporting_currency") }}' then {{ exchange_rate('1') }}
        when candidates.own_units is not null
            then {{ exchange_rate('cast(candidates.reporting_units as double) / cast(candidates.own_units as double)') }}
        else {{ exchange_rate(raise_error(
            "'No exchange rate from ' || needed.currency || ' to " ~ var("reporting_currency") ~ " on '"
            ~ " || cast(needed.used_on as " ~ dbt.type_string() ~ ")"
            ~ " || ' or the seven days before: add it to seeds/reference/fx_rates.csv'"
        )) }}
    end as rate_to_reporting
from needed
left join candidates
    on needed.used_on = candidates.used_on and needed.currency = candidates.currency and candidates.recency = 1
