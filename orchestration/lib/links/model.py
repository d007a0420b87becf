"""The links of a registry as addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestration.lib.links.urls import UTM_NAMES, UrlError, with_utms
from orchestration.lib.registry.lint.context import Joined
from orchestration.lib.registry.model import Finding, Registry, Row, Severity
from orchestration.lib.registry.ownership import BEGINNING, END
from orchestration.lib.registry.values import BadValue, parse_time


@dataclass(frozen=True)
class Link:
    """A tracking link.

    Attributes:
        url: the destination with the link's UTM values: what a visitor's browser must end up with.
        utms: the values by parameter, without the empty ones.
        begins: from when it is its owner's (UTC, inclusive).
        ends: until when (UTC, exclusive).
        line: where it stands in tracking_links.csv.
    """

    link_id: str
    influencer_id: str
    campaign_id: str | None
    deliverable_id: str | None
    slug: str | None
    url: str
    utms: dict[str, str]
    begins: datetime
    ends: datetime
    line: int

    def is_valid(self, at: datetime) -> bool:
        """True while the link is its owner's."""
        return self.begins <= at < self.ends


def read_links(registry: Registry) -> tuple[list[Link], list[Finding]]:
    """The links that lead somewhere, in the order of the file; and why the others do not."""
    sheet = registry.get("tracking_links")
    joined = Joined(registry)
    links: list[Link] = []
    findings: list[Finding] = []
    for row in sheet.rows if sheet else ():
        if sheet is None or not row.get("link_id") or not row.get("influencer_id"):
            continue
        try:
            links.append(_link(row, joined))
        except UrlError as problem:
            address = row.get("destination_url")
            message = f"link {row.get('link_id')} leads nowhere: destination_url {address!r} {problem}."
            mend = "Write the whole address, such as https://shop.example/products/serum."
            findings.append(Finding(Severity.WARNING, "destinations", sheet.file, row.line, message, mend))
        except BadValue as problem:
            message = f"the validity of link {row.get('link_id')} {problem}"
            findings.append(
                Finding(Severity.ERROR, "readable_values", sheet.file, row.line, message, "Correct the row.")
            )
    return links, findings


def _link(row: Row, joined: Joined) -> Link:
    utms = {name: value for name in UTM_NAMES if (value := row.get(name))}
    begins, ends = row.get("valid_from"), row.get("valid_to")
    campaign = joined.related(row, "campaigns")
    return Link(
        link_id=row.values["link_id"],
        influencer_id=row.values["influencer_id"],
        campaign_id=campaign.get("campaign_id") if campaign else row.get("campaign_id"),
        deliverable_id=row.get("deliverable_id"),
        slug=row.get("slug"),
        url=with_utms(row.get("destination_url") or "", utms),
        utms=utms,
        begins=parse_time(begins) if begins else BEGINNING,
        ends=parse_time(ends) if ends else END,
        line=row.line,
    )
