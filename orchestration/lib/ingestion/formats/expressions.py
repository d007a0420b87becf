"""SQL that several formats need: exact decimals, coupon lists, and answers out of free-form order notes."""

from __future__ import annotations

from orchestration.lib.ingestion.sql import text

_EXACT = r"\+?(\d{1,14}(\.\d{0,4}0*)?|\.\d{1,4}0*)"

# Names under which shops store what a storefront script or a survey app noted on the order.
VISITOR_NOTES = (
    *(
        "visitor_id",
        "visitorid",
        "_visitor_id",
        "client_id",
        "ga_client_id",
        "_ga",
        "anonymous_id",
        "anonymousid",
    ),
    *("segment_anonymous_id", "snowplow_domain_userid"),
)
LANDING_NOTES = ("landing_page", "landing_url", "landing_site", "first_landing_page", "_landing_page")
REFERRER_NOTES = ("referrer", "referring_site", "referrer_url", "_referrer")
SURVEY_NOTES = (
    *(
        "survey_answer",
        "how did you hear about us",
        "how did you hear about us?",
        "how_did_you_hear_about_us",
    ),
    *("hdyhau", "hear_about_us", "post_purchase_survey"),
)


def decimal_of(column: str) -> str:
    """An amount in plain decimal text as decimal(18,4); what `not_decimal` complains about may be null."""
    return f"try_cast(nullif(trim({column}), '') as decimal(18,4))"


def not_decimal(column: str) -> str:
    """True for an amount that is not a plain, non-negative decimal of at most 4 places."""
    return f"(nullif(trim({column}), '') is not null and not regexp_full_match(trim({column}), '{_EXACT}'))"


def negative(column: str) -> str:
    """True for an amount below zero."""
    return f"({decimal_of(column)} < 0)"


def money_rejects(*columns: str) -> tuple[tuple[str, str, str], ...]:
    """Rejects for columns that enter a calculation, where the sum could hide what one of them holds."""
    rejects = []
    for column in columns:
        name = column.strip('"')
        rejects.append((negative(column), name, f"{name}: negative money"))
        rejects.append((not_decimal(column), name, f"{name}: not a decimal number of at most 4 places"))
    return tuple(rejects)


def code_list(column: str) -> str:
    """'A, B' as 'A|B'."""
    parts = f"list_filter(list_transform(string_split({column}, ','), lambda c: trim(c)), lambda c: c <> '')"
    return f"nullif(array_to_string({parts}, '|'), '')"


def note_line(column: str, names: tuple[str, ...]) -> str:
    """The value of the first `name: value` line of a note whose name is one of `names`."""
    choice = "|".join(_literal(name) for name in names)
    pattern = rf"(?im)^[ \t]*(?:{choice})[ \t]*:[ \t]*(.*?)[ \t\r]*$"
    return f"nullif(regexp_extract({column}, {text(pattern)}, 1), '')"


def _literal(name: str) -> str:
    return "".join(c if c.isalnum() or c in "_ " else f"\\{c}" for c in name)
