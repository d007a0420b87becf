"""The registry's tables and columns, as data: what a file must have, and what its values may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "date", "time", "money", "percent", "count", "currency"]


@dataclass(frozen=True)
class Column:
    """A column of a registry file.

    Attributes:
        name: as in the header.
        kind: what a value must look like; money is never negative, a percent is 0 to 100.
        required: a row without it is an error.
        references: the table whose key a value must be, None when it points nowhere.
        choices: the words in use; another one is a warning, because people invent categories.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    references: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A registry file.

    Attributes:
        name: also the file's name without `.csv`.
        key: the column that names a row.
        unique: False where the same key may come back with another validity.
        periods: pairs of columns (begin, end, may be equal) of which the first must not be later.
    """

    name: str
    key: str
    columns: tuple[Column, ...]
    unique: bool = True
    periods: tuple[tuple[str, str, bool], ...] = ()

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}.csv"

    @property
    def header(self) -> tuple[str, ...]:
        """The columns that the file must have, in the documented order."""
        return tuple(column.name for column in self.columns)


TIERS = ("nano", "micro", "mid", "macro", "mega")
COST_TYPES = ("fee", "commission", "product", "shipping", "agency", "boost", "other")
# valid_to is exclusive, so a link or code that ends when it begins was never valid.
VALIDITY = (("valid_from", "valid_to", False),)

INFLUENCER = Column("influencer_id", required=True, references="influencers")
CAMPAIGN = Column("campaign_id", references="campaigns")
DELIVERABLE = Column("deliverable_id", references="deliverables")

TABLES: tuple[Table, ...] = (
    Table(
        "influencers",
        key="influencer_id",
        columns=(
            Column("influencer_id", required=True),
            Column("influencer_name", required=True),
            Column("handle"),
            Column("tier", choices=TIERS),
            Column("niche"),
            Column("country"),
            Column("followers", "count"),
        ),
    ),
    Table(
        "campaigns",
        key="campaign_id",
        columns=(
            Column("campaign_id", required=True),
            Column("campaign_name"),
            Column("utm_campaign"),
            Column("starts_on", "date"),
            Column("ends_on", "date"),
            Column("product_category"),
            Column("budget", "money"),
        ),
        periods=(("starts_on", "ends_on", True),),
    ),
    Table(
        "partnerships",
        key="partnership_id",
        columns=(
            Column("partnership_id", required=True),
            INFLUENCER,
            CAMPAIGN,
            Column("fee", "money"),
            Column("currency", "currency"),
            Column("commission_pct", "percent"),
            Column("attribution_window_days", "count"),
        ),
    ),
    Table(
        "deliverables",
        key="deliverable_id",
        columns=(
            Column("deliverable_id", required=True),
            Column("partnership_id", required=True, references="partnerships"),
            Column("platform"),
            Column("content_format"),
            Column("utm_content"),
            Column("posted_at", "time"),
            Column("post_url"),
            Column("impressions", "count"),
            Column("engagements", "count"),
        ),
    ),
    Table(
        "tracking_links",
        key="link_id",
        columns=(
            Column("link_id", required=True),
            INFLUENCER,
            CAMPAIGN,
            DELIVERABLE,
            Column("slug"),
            Column("destination_url"),
            # A visit is matched by its source, so a link without one can never be an owner's.
            Column("utm_source", required=True),
            Column("utm_medium"),
            Column("utm_campaign"),
            Column("utm_content"),
            Column("valid_from", "time"),
            Column("valid_to", "time"),
        ),
        periods=VALIDITY,
    ),
    Table(
        "promo_codes",
        key="promo_code",
        columns=(
            Column("promo_code", required=True),
            INFLUENCER,
            CAMPAIGN,
            Column("discount_type"),
            Column("discount_value", "money"),
            Column("valid_from", "time"),
            Column("valid_to", "time"),
        ),
        unique=False,
        periods=VALIDITY,
    ),
    Table(
        "costs",
        key="cost_id",
        columns=(
            Column("cost_id", required=True),
            # Another channel's spend has a `channel` instead, an optional column (rule costs_have_owners).
            Column("influencer_id", references="influencers"),
            CAMPAIGN,
            DELIVERABLE,
            Column("cost_type", choices=COST_TYPES),
            Column("incurred_on", "date", required=True),
            Column("amount", "money", required=True),
            Column("currency", "currency", required=True),
        ),
    ),
)
