"""What marts sum up, all models side by side, is what the facts publish, row by row."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.lib.settings import DBT_PROJECT

pytestmark = pytest.mark.slow

MODELS = sorted(
    file.stem.partition("__")[2]
    for file in (DBT_PROJECT / "models" / "attribution").glob("fct_attribution__*.sql")
)


@pytest.mark.parametrize("attribution_model", MODELS)
def test_purchases_are_credited_as_in_the_fact(
    connection: duckdb.DuckDBPyConnection, attribution_model: str
) -> None:
    published = f"""
        select conversion_id, touchpoint_id, converted_at, channel, influencer_id, campaign_id,
            deliverable_id, credit, (attributed_revenue * 100)::bigint as cents
        from marts.fct_attribution__{attribution_model}
        where conversion_type = 'purchase'
    """
    summed = f"""
        select conversions.conversion_id, journeys.touchpoint_id, credits.converted_at, credits.channel,
            credits.influencer_id, credits.campaign_id, credits.deliverable_id,
            credits.{attribution_model}_credit, credits.{attribution_model}_cents
        from intermediate.int_purchase_credits as credits
        inner join intermediate.int_conversions as conversions using (conversion_key)
        left join intermediate.int_journeys as journeys using (conversion_key, touch_number)
        where credits.{attribution_model}_credit is not null
    """
    for one, other in ((published, summed), (summed, published)):
        assert connection.execute(f"({one}) except all ({other})").fetchall() == []
    ((rows,),) = connection.execute(f"select count(*) from ({published})").fetchall()
    assert rows > 0


def test_goals_are_credited_as_in_the_facts(connection: duckdb.DuckDBPyConnection) -> None:
    differences = connection.execute(
        """
        select *
        from intermediate.int_goal_credits as credits
        full outer join (
            select attribution_model, conversion_type, channel, influencer_id, sum(credit) as published
            from marts.fct_attribution
            where conversion_type <> 'purchase'
            group by all
        ) as facts
            on credits.attribution_model = facts.attribution_model
                and credits.conversion_type = facts.conversion_type
                and credits.channel = facts.channel
                and credits.influencer_id is not distinct from facts.influencer_id
        where (abs(credits.conversions - facts.published) < 1e-9) is not true
        """
    ).fetchall()
    assert differences == []
    ((rows,),) = connection.execute("select count(*) from intermediate.int_goal_credits").fetchall()
    assert rows > len(MODELS)
