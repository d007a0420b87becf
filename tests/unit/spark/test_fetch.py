"""What is fetched from Spark before what."""

from __future__ import annotations

from orchestration.lib.spark.fetch import readable_first


def test_a_view_comes_after_the_views_that_it_names() -> None:
    views = {
        "all_credit": "select * from marts.credit__a union all select * from `marts`.`credit__b`",
        "credit__a": "select key, best from intermediate.credits",
        "credit__b": "select key, all_credit from intermediate.credits",
        "best": "select * from marts.all_credit where credit = 1",
    }
    order = readable_first(views)
    assert sorted(order) == sorted(views)
    assert order.index("all_credit") > max(order.index("credit__a"), order.index("credit__b"))
    assert order.index("best") > order.index("all_credit")
