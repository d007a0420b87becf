"""SQL that several formats need: exact decimals, coupon lists, and answers out of free-form order notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestration.lib.ingestion.sql import ident, text

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


def amount(value: str) -> str:
    """An amount in plain decimal text as decimal(18,4); null for what `not_decimal` complains about."""
    return f"try_cast(nullif(trim({value}), '') as decimal(18,4))"


def not_decimal(column: str) -> str:
    """True for an amount that is not a plain, non-negative decimal of at most 4 places."""
    return f"(nullif(trim({column}), '') is not null and not regexp_full_match(trim({column}), '{_EXACT}'))"


def negative(column: str) -> str:
    """True for an amount below zero."""
    return f"({amount(column)} < 0)"


def money_rejects(columns: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Rejects for amounts (name: SQL) of a calculation, whose result could hide what one of them holds."""
    rejects = []
    for name, column in columns.items():
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


def with_campaign(url: str, source: str, medium: str, campaign: str, content: str, term: str) -> str:
    """The URL with the campaign that a tracker kept in columns of its own, where the URL itself names none.

    Staging parses campaigns out of URLs, once and in one place.
    """
    named = ", ".join(
        f"'utm_{name}=' || url_encode({value})"
        for name, value in zip(
            ("source", "medium", "campaign", "content", "term"),
            (source, medium, campaign, content, term),
            strict=True,
        )
    )
    bare, fragment = f"regexp_extract({url}, '^[^#]*')", f"regexp_extract({url}, '#.*$')"
    return (
        f"case when {source} is null or regexp_matches({url}, '(?i)[?&]utm_source=') then {url}"
        f" else {bare} || case when contains({bare}, '?') then '&' else '?' end || concat_ws('&', {named})"
        f" || {fragment} end"
    )


def rounded(value: str) -> str:
    """A tracker's event value, a float at its source, at 4 places; what is no number stays as it is."""
    return f"coalesce(cast(try_cast({value} as decimal(18,4)) as varchar), {value})"


def snake_case(name: str) -> str:
    """'Product Added' or 'productAdded' as 'product_added'."""
    split_words = f"regexp_replace(trim({name}), '([a-z0-9])([A-Z])', '\\1_\\2', 'g')"
    return f"trim(lower(regexp_replace({split_words}, '[^A-Za-z0-9]+', '_', 'g')), '_')"


# What trackers call the usual shop events, in the words of the `standard` format (which are those of GA4).
_EVENT_NAMES = {
    "order_completed": "purchase",
    "product_added": "add_to_cart",
    "product_removed": "remove_from_cart",
    "product_viewed": "view_item",
    "product_list_viewed": "view_item_list",
    "products_searched": "search",
    "cart_viewed": "view_cart",
    "checkout_started": "begin_checkout",
    "payment_info_entered": "add_payment_info",
    "signed_up": "sign_up",
    "signed_in": "login",
    "product_added_to_wishlist": "add_to_wishlist",
    "transaction": "purchase",
}


def event_name(name: str) -> str:
    """A tracker's event name in our words; names without a usual meaning only change their spelling."""
    whens = " ".join(f"when {text(theirs)} then {text(ours)}" for theirs, ours in _EVENT_NAMES.items())
    return f"case {snake_case(name)} {whens} else nullif({snake_case(name)}, '') end"


def json_object_of(pairs: dict[str, str]) -> str:
    """A JSON object of the values that are not null; null when all are."""
    listed = ", ".join(f"{text(name)}, {value}" for name, value in pairs.items())
    return f"nullif(cast(json_merge_patch('{{}}', json_object({listed})) as varchar), '{{}}')"


def with_unknown(pairs: dict[str, str]) -> str:
    """`json_object_of` the pairs, together with the unknown columns that the reader keeps in `extra`."""
    listed = ", ".join(f"{text(name)}, {value}" for name, value in pairs.items())
    unknown = "coalesce(cast(extra as json), cast('{}' as json))"
    return f"nullif(cast(json_merge_patch({unknown}, json_object({listed})) as varchar), '{{}}')"


TEXT = "VARCHAR"
"""The leaf of a JSON structure: numbers keep their digits until their field reads them."""

NOTES = [{"name": TEXT, "key": TEXT, "value": TEXT}]
"""The JSON structure of a list of free-form notes."""


def struct_type(structure: Any) -> str:
    """The SQL type of a JSON structure."""
    if isinstance(structure, Mapping):
        return "struct(" + ", ".join(f"{ident(k)} {struct_type(v)}" for k, v in structure.items()) + ")"
    return struct_type(structure[0]) + "[]" if isinstance(structure, list) else str(structure)


def named_note(notes: str, names: tuple[str, ...]) -> str:
    """The first value in a list of `NOTES` whose name (or key) is one of `names`, in any case."""
    choice = ", ".join(text(name) for name in names)
    is_one = f"lower(trim(coalesce(p.name, p.key))) in ({choice})"
    return f"nullif(list_filter({notes}, lambda p: {is_one})[1].value, '')"


def sum_of(values: str, each: str) -> str:
    """The sum of an amount (SQL over `x`) over a list; null for an empty list."""
    return f"list_sum(list_transform({values}, lambda x: {amount(each)}))"


def product_of(price: str, quantity: str) -> str:
    """Price times quantity; a factor that is no number is handed on, so that the row is refused for it."""
    product = f"cast({amount(price)} * {amount(quantity)} as decimal(18,4))"
    return f"case when {amount(price)} is null then {price} else cast({product} as varchar) end"


def financial_status(status: str) -> str:
    """Shopify's financial status (lower case) as ours; one that is not known is handed on, and refused."""
    return f"""case {status}
        when 'paid' then 'paid'
        when 'partially_refunded' then 'paid'
        when 'refunded' then 'refunded'
        when 'pending' then 'pending'
        when 'authorized' then 'pending'
        when 'partially_paid' then 'pending'
        when 'unpaid' then 'pending'
        when 'expired' then 'cancelled'
        when 'voided' then 'cancelled'
        else {status}
    end"""
