"""The solution beside the published tables: every difference as a line of text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from tests.support.oracle.breakdowns import CREDITED, breakdowns
from tests.support.oracle.inputs import Inputs, plain, text
from tests.support.oracle.journeys import Person, link_campaign
from tests.support.oracle.solution import MODELS, Solution
from tests.support.oracle.visits import TOLD

#: Marts that break ROI down, and by what.
KEYS = {
    "mart_influencer_roi_daily": ("influencer_id", "reporting_day", "attribution_model"),
    "mart_campaign_roi": ("campaign_id", "attribution_model"),
    "mart_deliverable_roi": ("influencer_id", "deliverable_id", "attribution_model"),
    "mart_channel_performance": ("channel", "attribution_model"),
    "mart_journey_summary": ("conversion_type", "customer_segment", "path_length"),
}
#: Doubles may differ by this, relatively above 1.
CLOSE = 1e-9
SESSION = (
    "person",
    "started_at",
    "ended_at",
    "page_views",
    "engagement_seconds",
    "landing_page",
    "channel",
    "source",
    "medium",
    "campaign",
    "content",
    "influencer_id",
    "campaign_id",
    "deliverable_id",
    "link_id",
    "is_bounce",
    "is_engaged",
    "micro_conversions",
)
CONVERSION = (
    "conversion_type",
    "person",
    "converted_at",
    "order_id",
    "is_first_purchase",
    "revenue",
    "gross_revenue",
    "discount_amount",
    "refunded_amount",
    "customer_segment",
    "value_segment",
)
JOURNEY = (
    "touch_position",
    "path_length",
    "touched_at",
    "channel",
    "influencer_id",
    "campaign_id",
    "deliverable_id",
    "evidence",
    "is_creditable",
    "hours_to_conversion",
)
CREDIT = (
    "person",
    "converted_at",
    "touched_at",
    "channel",
    "influencer_id",
    "campaign_id",
    "deliverable_id",
    "evidence",
    "credit",
    "attributed_revenue",
)


class Comparison:
    """One world, computed twice."""

    def __init__(self, inputs: Inputs, warehouse: Path, published: Path) -> None:
        self.differences: list[str] = []
        self.compared: dict[str, int] = {}
        with duckdb.connect(str(warehouse), read_only=True) as work:
            self.ids = {
                tuple(value.split(":", 1)): person
                for value, person in work.execute(
                    "select case when identifier_type = 'visitor' and identifier like 'order:%'"
                    " then replace(identifier, 'order:', 'order''s visitor:') else identifier end, person_id"
                    " from intermediate.int_identifiers"
                    " join intermediate.int_person_identifiers using (identifier_type, identifier_key)"
                    " order by all"
                ).fetchall()
            }
            # E-mails are hashed while loading: their names are learned from clicks that had them.
            hashes = dict(
                work.execute(
                    "select event_id, email_hash from raw.clicks where email_hash is not null order by all"
                ).fetchall()
            )
            for click in inputs.clicks:
                hashed = ("email", hashes.get(click.get("event_id") or "", ""))
                if hashed in self.ids:
                    self.ids["email", plain(click.get("email")) or ""] = self.ids[hashed]
            # Which of two events of one instant comes first is the loader's secret: its key is a hash.
            ties = {
                tuple(told): place
                for place, (_, *told) in enumerate(
                    work.execute(
                        f"select event_key, {', '.join(TOLD)} from raw.clicks order by all"
                    ).fetchall()
                )
            }
        self.db = duckdb.connect(str(published), read_only=True)
        self.solution = Solution(inputs, ties)
        self.published_person: dict[Person, str] = {}

    def run(self) -> list[str]:
        """All differences."""
        self._people()
        self._sessions()
        self._conversions()
        if not self.differences:
            self._solve()
            self._journeys()
            self._attribution()
            self._evidence()
            self._weights()
            self._roi()
            self._breakdowns()
        self.db.close()
        return self.differences

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Rows of a published table."""
        cursor = self.db.execute(f"select * from marts.{table} order by all")
        columns = [column[0] for column in cursor.description or []]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def say(self, *parts: Any) -> None:
        """Notes one difference."""
        self.differences.append(" ".join(str(part) for part in parts))

    def match(
        self, table: str, found: Mapping[Any, Any], expected: Mapping[Any, Any], columns: Iterable[str]
    ) -> None:
        """Rows of one key, value by value."""
        self.compared[table] = len(expected)
        for key in sorted(set(found) - set(expected), key=str):
            self.say(table, key, "is only in the warehouse:", found[key])
        for key in sorted(set(expected) - set(found), key=str):
            self.say(table, key, "is only in the oracle:", expected[key])
        names = list(columns)
        for key in sorted(set(expected) & set(found), key=str):
            for name in names:
                if not same(found[key][name], expected[key][name]):
                    self.say(
                        table, key, name, "is", found[key][name], "and should be", shown(expected[key][name])
                    )

    def bag(self, table: str, found: Iterable[tuple], expected: Iterable[tuple]) -> None:
        """Rows without a key of their own: as often here as there, doubles within the tolerance."""
        left = sorted(found, key=str)
        expected = sorted(expected, key=str)
        self.compared[table] = len(expected)
        for row in expected:
            twin = next(
                (other for other in left if all(same(a, b) for a, b in zip(other, row, strict=True))), None
            )
            if twin is None:
                self.say(table, "only in the oracle:", [shown(value) for value in row])
            else:
                left.remove(twin)
        for row in left:
            self.say(table, "only in the warehouse:", row)

    def _people(self) -> None:
        """The same identifiers make the same people; ids that only one side knows are not compared."""
        members = defaultdict(set)
        for identifier, person in self.solution.persons.items():
            if identifier in self.ids:
                members[person].add(self.ids[identifier])
        named = defaultdict(set)
        for person, names in members.items():
            if len(names) > 1:
                self.say("people", sorted(person), "are several in the warehouse")
            for name in names:
                named[name].add(person)
                self.published_person[person] = name
        for name, persons in named.items():
            if len(persons) > 1:
                self.say("people", name, "should be several:", [sorted(person) for person in persons])
        self.compared["people"] = len(members)

    def person(self, person: Person | None) -> str | None:
        """Published name."""
        return None if person is None else self.published_person.get(person, f"unknown {sorted(person)}")

    def _sessions(self) -> None:
        """Matched by person and time and all that is known; the published id breaks ties from here on."""
        found = [{**row, "person": row["person_id"]} for row in self.rows("fct_sessions")]
        pool: dict[tuple, list[str]] = defaultdict(list)
        for row in found:
            pool[tuple(row[name] for name in SESSION)].append(row["session_id"])
        expected = []
        for session in self.solution.sessions:
            link = session.link or {}
            values = (
                self.person(session.person),
                session.started_at,
                session.ended_at,
                session.page_views,
                float(session.engagement_seconds),
                session.landing_page,
                session.channel,
                session.source,
                session.medium,
                session.campaign,
                session.content,
                link.get("influencer_id"),
                link_campaign(self.solution.inputs, link),
                link.get("deliverable_id"),
                link.get("link_id"),
                session.is_bounce,
                session.is_engaged,
                session.micro_conversions,
            )
            expected.append(values)
            if pool.get(values):
                session.key = pool[values].pop()
        self.bag("fct_sessions", [tuple(row[name] for name in SESSION) for row in found], expected)

    def _conversions(self) -> None:
        found = [
            tuple({**row, "person": row["person_id"]}[name] for name in CONVERSION)
            for row in self.rows("fct_conversions")
        ]
        expected = [
            (
                each.kind,
                self.person(each.person),
                each.at,
                each.order_id,
                each.is_first,
                money(each.revenue),
                money(each.gross),
                money(each.discount),
                money(each.refunded),
                "new" if each.is_new else "returning",
                each.value_segment,
            )
            for each in self.solution.conversions
        ]
        self.bag("fct_conversions", found, expected)

    def _solve(self) -> None:
        self.published: dict[str, tuple[str, ...]] = {}
        for row in self.rows("fct_conversions"):
            place = (
                row["conversion_type"],
                row["person_id"],
                str(row["converted_at"]),
                row["order_id"] or "",
            )
            self.published[row["conversion_id"]] = place
        persons = {name: person for person, name in self.published_person.items()}
        crm, codes = {}, {}
        for row in self.rows("fct_journeys"):
            place = self.published[row["conversion_id"]]
            if row["evidence"] == "crm":
                crm[persons[place[1]]] = row["touchpoint_id"]
            if row["evidence"] == "code":
                codes[place[3], row["influencer_id"]] = row["touchpoint_id"]
        self.solution.solve(crm, codes)

    def place(self, conversion: Any) -> tuple[str, ...]:
        """What a conversion is matched by."""
        return (
            conversion.kind,
            self.person(conversion.person) or "",
            str(conversion.at),
            conversion.order_id or "",
        )

    def _journeys(self) -> None:
        found = [
            (*self.published[row["conversion_id"]], *(row[name] for name in JOURNEY))
            for row in self.rows("fct_journeys")
        ]
        expected = []
        for conversion in self.solution.conversions:
            for position, step in enumerate(conversion.journey, 1):
                touch = step.touch
                expected.append(
                    (
                        *self.place(conversion),
                        position,
                        len(conversion.journey),
                        touch.at,
                        touch.channel,
                        touch.influencer,
                        touch.campaign,
                        touch.deliverable,
                        touch.evidence,
                        step.is_creditable,
                        float(step.hours),
                    )
                )
        self.bag("fct_journeys", found, expected)

    def _attribution(self) -> None:
        published = defaultdict(list)
        for row in self.rows("fct_attribution"):
            row["person"] = row["person_id"]
            published[row["attribution_model"]].append(
                (*self.published[row["conversion_id"]], *(row[name] for name in CREDIT))
            )
        if set(published) != set(MODELS):
            self.say("models", sorted(published), "should be", sorted(MODELS))
        for model in MODELS:
            expected = []
            for conversion, step, credit, part in self.solution.credits[model]:
                touch = step.touch if step else None
                what = (
                    (
                        touch.at,
                        touch.channel,
                        touch.influencer,
                        touch.campaign,
                        touch.deliverable,
                        touch.evidence,
                    )
                    if touch
                    else (None, "(unattributed)", None, None, None, None)
                )
                place = self.place(conversion)
                expected.append((*place, place[1], conversion.at, *what, float(credit), money(part)))
            self.bag(f"fct_attribution__{model}", published[model], expected)

    def _evidence(self) -> None:
        found = {(row["order_id"], row["influencer_id"]): row for row in self.rows("mart_order_evidence")}
        expected = self.solution.evidence
        columns = next(iter(expected.values()), {})
        self.match("mart_order_evidence", found, expected, columns)

    def _weights(self) -> None:
        found = {
            (row["attribution_model"], row["touch_key"]): row for row in self.rows("mart_channel_weights")
        }
        expected = self.solution.channel_weights()
        self.match("mart_channel_weights", found, expected, ("removal_effect", "share", "conversions"))
        for key in set(found) & set(expected):
            # The split of the whole to cents is nobody's definition; it must be within one.
            if abs(Fraction(found[key]["revenue"]) * 100 - expected[key]["exact_revenue"]) > (
                key[0] == "markov"
            ):
                self.say("mart_channel_weights", key, "revenue", found[key]["revenue"], shown(expected[key]))

    def _roi(self) -> None:
        found = {
            (row["influencer_id"], row["attribution_model"]): row for row in self.rows("mart_influencer_roi")
        }
        expected = self.solution.influencer_roi()
        self.match("mart_influencer_roi", found, expected, next(iter(expected.values()), {}))

    def _breakdowns(self) -> None:
        """Rows that hold nothing may be missing; a row of costs alone is more than the oracle knows."""
        for table, expected in breakdowns(self.solution).items():
            found = {tuple(row[name] for name in KEYS[table]): row for row in self.rows(table)}
            silent = [key for key in expected if key not in found and not any(expected[key].values())]
            for key in silent:
                del expected[key]
            columns = next(iter(expected.values()), {})
            nothing = {name: 0 for name in CREDITED} | {"visitors": 0, "sessions": 0}
            for key in set(found) - set(expected):
                if table != "mart_journey_summary" and all(found[key][name] == 0 for name in nothing):
                    del found[key]
            self.match(table, found, expected, columns)


def money(whole: int) -> Decimal:
    """Cents as the database says them."""
    return Decimal(whole) / 100


def same(found: Any, expected: Any) -> bool:
    """Equal; money exactly, doubles closely."""
    if isinstance(found, float) and expected is not None:
        return abs(found - float(expected)) <= CLOSE * max(1, abs(found))
    if isinstance(found, Decimal) and expected is not None:
        return Fraction(found) == Fraction(expected)
    return bool(found == expected)


def shown(value: Any) -> Any:
    """Fractions as people read them."""
    if isinstance(value, dict):
        return {name: shown(each) for name, each in value.items()}
    return float(value) if isinstance(value, Fraction) else value


__all__ = ["Comparison", "text"]
