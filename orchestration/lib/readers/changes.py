"""What the last run changed in figures that were there before, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from orchestration.lib.changes.words import CAUSE_WORDS, COST_WORDS
from orchestration.lib.publish import META_SCHEMA
from orchestration.lib.readers import text
from orchestration.lib.readers.database import Reader, Table
from orchestration.lib.readers.filters import Filters, influencers

RUNS, CHANGES = "runs", "changes"
MEANING = (
    "Figures of days long past can change: an order is refunded or corrected, a buyer turns out to be "
    "somebody known, a visit arrives late, the registry, a setting or the code is another. "
    "This says what did, and by how much."
)


@dataclass(frozen=True)
class RunChange:
    """A run and the one before it.

    Attributes:
        built_at, before: when they began (UTC, naive).
        model: the attribution model that changes are told by.
        new_rows: what was loaded in between.
        different: what else was different; empty where nothing was.
    """

    number: int
    built_at: datetime
    before: datetime
    model: str
    new_rows: str
    different: str

    @property
    def sentence(self) -> str:
        """When, against what, and what was different."""
        other = f" Different: {self.different}." if self.different else ""
        return (
            f"The run of {text.moment(self.built_at)} against the one of {text.moment(self.before)}, "
            f"with {self.new_rows}.{other}"
        )


def last_run(reader: Reader) -> RunChange | None:
    """The last run; None where it is the only one, so that there is nothing to compare it with."""
    reader.require(RUNS, schema=META_SCHEMA)
    rows = reader.query(
        f"""
        select run_number, built_at, lag(built_at) over (order by run_number) as built_before, decision_model,
            new_rows, different
        from roi.{META_SCHEMA}.{RUNS}
        order by run_number desc
        limit 1
        """
    ).rows
    return RunChange(*rows[0]) if rows and rows[0][2] is not None else None


def causes(reader: Reader, run: RunChange, filters: Filters) -> Table:
    """`cause`, `revenue_change`, `cost_change`, `orders` and `influencers`, the greatest change first."""
    where, parameters = _moved(reader, run, filters)
    return reader.query(
        f"""
        select cause, sum(revenue_change) as revenue_change, sum(cost_change) as cost_change,
            sum(orders) as orders, count(distinct influencer_id) as influencers
        from roi.{META_SCHEMA}.{CHANGES} as rows
        where {where}
        group by cause
        order by abs(sum(revenue_change)) + abs(sum(cost_change)) desc, cause
        """,
        parameters,
    )


def movers(reader: Reader, run: RunChange, filters: Filters, number: int) -> Table:
    """The influencers that moved most: their changes of revenue and cost, and the cause of most of it."""
    where, parameters = _moved(reader, run, filters)
    found = reader.query(
        f"""
        select
            rows.influencer_id,
            coalesce(any_value(dim_influencers.influencer_name), rows.influencer_id) as influencer_name,
            sum(rows.revenue_change) as revenue_change,
            sum(rows.cost_change) as cost_change,
            arg_max(rows.cause, (abs(rows.revenue_change) + abs(rows.cost_change), rows.cause)) as cause
        from roi.{META_SCHEMA}.{CHANGES} as rows
        left join dim_influencers on rows.influencer_id = dim_influencers.influencer_id
        where {where}
        group by rows.influencer_id
        order by abs(sum(rows.revenue_change)) + abs(sum(rows.cost_change)) desc, rows.influencer_id
        limit $number
        """,
        parameters | {"number": number},
    )
    return Table(found.columns, tuple((*row[:-1], cause_words(row[-1])) for row in found.rows))


def totals(found: Table) -> str:
    """The causes of `causes` in one sentence."""
    if not found:
        return "No revenue and no cost of these influencers moved."
    return " ".join(
        part
        for part in (
            _listed(
                "Revenue", [(CAUSE_WORDS, row[0], row[1]) for row in found.rows if row[0] in CAUSE_WORDS]
            ),
            _listed("Cost", [(COST_WORDS, row[0], row[2]) for row in found.rows if row[0] in COST_WORDS]),
        )
        if part
    )


def cause_words(cause: str) -> str:
    """A cause as one would say it."""
    return CAUSE_WORDS.get(cause) or f"cost: {COST_WORDS[cause]}"


def _listed(what: str, parts: list[tuple[dict[str, str], str, Decimal]]) -> str:
    if not parts:
        return ""
    whole = sum((amount for _, _, amount in parts), Decimal(0))
    said = ", ".join(f"{amount:+,.2f} by {known[cause]}" for known, cause, amount in parts)
    return f"{what} moved by {whole:+,.2f}: {said}."


def _moved(reader: Reader, run: RunChange, filters: Filters) -> tuple[str, dict[str, object]]:
    reader.require(CHANGES, "cause", "revenue_change", "cost_change", schema=META_SCHEMA)
    chosen = influencers(filters)
    where = "rows.run_number = $run"
    if chosen.parts:
        where += f" and rows.influencer_id in (select influencer_id from dim_influencers where {chosen.sql})"
    return where, {"run": run.number, **chosen.parameters}
