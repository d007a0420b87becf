"""Every query of docs/sql-cookbook.md runs on a published file of a real build, and its order is total."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from orchestration.lib.settings import ROOT

PAGE = (ROOT / "docs" / "sql-cookbook.md").read_text(encoding="utf-8")
QUESTIONS = dict(re.findall(r"^### \d+\. (.+?)$.*?^```sql$\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
# What a small world may not have: somebody at a loss, two influencers with a claim on one order.
MAY_BE_EMPTY = {"Who costs more than they bring?", "Whose audiences overlap?"}


def test_the_page_has_twenty_questions_with_one_query_each() -> None:
    headings = re.findall(r"^### (\d+)\. ", PAGE, re.MULTILINE)
    assert headings == [str(number) for number in range(1, 21)]
    assert len(QUESTIONS) == PAGE.count("```sql") == 20
    assert set(QUESTIONS) >= MAY_BE_EMPTY


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_query_answers_and_its_order_is_total(published: Path, question: str) -> None:
    query = sqlglot.parse_one(QUESTIONS[question], dialect="duckdb")
    with duckdb.connect(str(published), read_only=True) as connection:
        answer = connection.execute(QUESTIONS[question])
        columns = [column[0] for column in answer.description]
        rows = answer.fetchall()
        assert len(columns) > 2 and len(set(columns)) == len(columns)
        assert rows or question in MAY_BE_EMPTY
        # The sort keys are columns of the answer, all but expressions over them; together they name one row.
        order = query.args["order"].expressions
        keys = [term.this.name for term in order if isinstance(term.this, exp.Column)]
        assert order and keys and isinstance(order[-1].this, exp.Column) and set(keys) <= set(columns)
        query.set("order", None)
        query.set("limit", None)
        distinct, total = connection.execute(
            f"select count(distinct row({', '.join(keys)})), count(*) from ({query.sql('duckdb')})"
        ).fetchall()[0]
        assert distinct == total
        names = {table.name for table in query.find_all(exp.Table) if table.db}
        assert all(table.db in ("", "marts") for table in query.find_all(exp.Table)) and names
