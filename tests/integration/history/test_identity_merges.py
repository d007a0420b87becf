"""The log of merges: who became part of whom, by which identifiers, in which run."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.lib.settings import Settings
from tests.support.warehouse import dbt

pytestmark = pytest.mark.slow

MERGES = "select merged_person_id, person_id, identifier_type from history.hist_identity_merges"
ELSEWHERE = """
update history.people set person_id = '{name}'
where identifier_type = '{kind}' and identifier_key in (
    select min(identifier_key) from intermediate.int_person_identifiers
    where identifier_type = '{kind}' and person_id = ?
)
"""


def log_again(settings: Settings) -> list[tuple[str, str, str]]:
    """A run of the log alone, and what it has added so far."""
    result = dbt(settings, ["run", "--full-refresh", "--select", "hist_identity_merges"])
    assert result.success, [node.message for node in result.failures]
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return sorted(connection.execute(MERGES).fetchall())


def test_a_merge_is_logged_once_with_the_identifiers_that_met(built_world: Settings) -> None:
    assert log_again(built_world) == []
    with duckdb.connect(str(built_world.warehouse)) as connection:
        buyers = connection.execute(
            """
            select person_id from intermediate.int_person_identifiers
            where identifier_type in ('visitor', 'email')
            group by person_id
            having count(distinct identifier_type) = 2
            order by person_id limit 2
            """
        ).fetchall()
        merged, renamed = (person for (person,) in buyers)
        # As the run before saw them: an e-mail of its own, and a person with another name.
        connection.execute(ELSEWHERE.format(name="apart", kind="email"), [merged])
        connection.execute(
            """
            update history.people set person_id = 'old name'
            where (identifier_type, identifier_key) in (
                select (identifier_type, identifier_key) from intermediate.int_person_identifiers
                where person_id = ?
            )
            """,
            [renamed],
        )
    assert log_again(built_world) == [("apart", merged, "email")]
    assert log_again(built_world) == [("apart", merged, "email")]
    with duckdb.connect(str(built_world.warehouse), read_only=True) as connection:
        joined = connection.execute(
            """
            select count(*)
            from history.hist_identity_merges as merges
            inner join intermediate.int_identifiers as own using (identifier_type, identifier_hash)
            inner join intermediate.int_identity_edges as edges
                on own.identifier_key in (edges.left_key, edges.right_key)
            inner join intermediate.int_identifiers as other
                on other.identifier_key in (edges.left_key, edges.right_key)
                and other.identifier_hash = merges.joined_identifier_hash
                and other.identifier_type = merges.joined_identifier_type
            """
        ).fetchall()
    assert joined == [(1,)]
