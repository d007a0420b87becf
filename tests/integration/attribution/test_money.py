"""Money under stress, through the SQL of every model: whatever the order and the path, cents add up to it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.lib.settings import DBT_PROJECT, Settings
from tests.support.warehouse import dbt

pytestmark = pytest.mark.slow

FACTS = sorted(file.stem for file in (DBT_PROJECT / "models" / "attribution").glob("fct_attribution__*.sql"))
AMOUNTS = (
    "0",
    "-0.01",
    "0.01",
    "-49.99",
    "0.07",
    "100",
    "1000000000000",
    "-1000000000000",
    "999999999999.99",
)
LENGTHS = (1, 2, 3, 7, 1000)

# Each amount with each path length, and an order without a touch for each amount. The keys of a path repeat.
WORLD = f"""
create schema intermediate;
create table intermediate.int_changed_people as select 0::bigint as person_key, '' as person_id where false;
create table intermediate.int_conversions as
select
    row_number() over (order by amount, length) as conversion_key,
    row_number() over (order by amount, length) as person_key,
    'purchase:' || amount || '/' || length as conversion_id, 'purchase' as conversion_type,
    timestamp '2026-03-01' as converted_at, amount || '/' || length as person_id,
    amount::decimal(18, 2) as revenue, length
from (select unnest({list(AMOUNTS)}) as amount) cross join (select unnest({[0, *LENGTHS]}) as length);
create table intermediate.int_journeys as
select
    conversion_key, person_key, conversion_key || '-' || lpad(position::varchar, 4, '0') as touchpoint_id,
    'k' || position % 5 as touch_key, timestamp '2026-02-01' + to_minutes(position::int) as touched_at,
    'k' || position % 5 as channel, null::varchar as influencer_id, null::varchar as campaign_id,
    null::varchar as deliverable_id, 'visit' as evidence, true as is_in_path, true as is_creditable,
    position as touch_number,
    position as touch_position, length as path_length, position as creditable_position,
    length as creditable_length, (length - position) / 60.0::double as hours_to_conversion,
    (length - position) / 60.0::double as hours_to_last_touch, position = length as is_last_touch,
    case when length >= 2 then 2 end as lead_position, case when length >= 3 then 3 end as customer_position,
    (power(2, position / 60.0) - 1) / (power(2, length / 60.0) - 1) as decay_up_to,
    (power(2, (position - 1) / 60.0) - 1) / (power(2, length / 60.0) - 1) as decay_before,
    conversion_key % 2 = 0 as has_code_owner, conversion_key % 2 = 0 and position = length as is_code_claim
from intermediate.int_conversions, range(1, 1001) as positions(position)
where position <= length;
create table intermediate.int_markov_weights as
select 'k' || number as touch_key, 1 / (7.0 * number + 3) as removal_effect from range(5) as numbers(number);
"""


def test_every_model_gives_every_order_away_to_the_cent(tmp_path: Path) -> None:
    settings = Settings.from_env({"ROI_DATA": str(tmp_path), "ROI_HASH_KEY": "a key of the tests"})
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(WORLD)
    result = dbt(settings, ["run", "--select", *FACTS])
    assert result.success, [result.error, *(node.message for node in result.failures)]
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        for fact in FACTS:
            wrong = connection.execute(
                f"""
                select conversions.conversion_id, conversions.revenue, credited.revenue, credited.credit
                from intermediate.int_conversions as conversions
                left join (
                    select conversion_id, sum(attributed_revenue) as revenue, sum(credit) as credit
                    from marts.{fact} group by conversion_id
                ) as credited using (conversion_id)
                where credited.revenue is distinct from conversions.revenue
                    or credited.credit is null or abs(credited.credit - 1) > 1e-9
                """
            ).fetchall()
            assert wrong == [], fact
        # No part is further from its share than the cent that rounding costs.
        far = connection.execute(
            """
            select credited.conversion_id, credit, attributed_revenue
            from marts.fct_attribution__markov as credited
            inner join intermediate.int_conversions as conversions using (conversion_id)
            where abs(attributed_revenue::double - credit * conversions.revenue::double) > 0.011
            """
        ).fetchall()
        assert far == []
