"""Plans the tracking links that partnerships and deliverables lack.

Existing links are never touched: a link that is out keeps its address, whatever the registry says now. What
is planned depends on the registry alone, so planning again after writing plans nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.lib.links.urls import UTM_NAMES, UrlError, clean_url
from orchestration.lib.registry.conventions import Conventions
from orchestration.lib.registry.lint.context import Joined
from orchestration.lib.registry.model import Finding, Registry, Row, Severity
from orchestration.lib.registry.text import slug, token, words

RULE = "links_build"
# A slug is read aloud and typed; a campaign's name goes into it whole only while it is short.
_CAMPAIGN_LETTERS = 18


@dataclass(frozen=True)
class LinkPlan:
    """New rows of tracking_links.csv by column, and the links that could not be planned."""

    rows: tuple[dict[str, str], ...]
    problems: tuple[Finding, ...]


def plan_links(registry: Registry, conventions: Conventions, destination: str | None = None) -> LinkPlan:
    """A link for each deliverable without one, and for each partnership with neither link nor deliverable.

    The destination is the deliverable's, else the partnership's, else the campaign's `destination_url`, else
    `destination`, else the conventions'. UTM values: source = influencer, medium = platform, campaign =
    campaign, content = post. Links get no dates: a post that goes live early is still its influencer's.
    """
    plan = _Plan(registry, conventions, destination)
    rows, problems = [], []
    for partnership, post, number in plan.missing():
        planned = plan.row(partnership, post, number)
        if isinstance(planned, Finding):
            problems.append(planned)
        else:
            rows.append(planned)
    return LinkPlan(tuple(rows), tuple(problems))


class _Plan:
    """What is taken: ids, slugs, sources and sets of UTM values, of links that exist or are planned."""

    def __init__(self, registry: Registry, conventions: Conventions, destination: str | None) -> None:
        self._registry = registry
        self._conventions = conventions
        self._destination = destination or conventions.destination_url or None
        self._joined = Joined(registry)
        self._naming = {name: rule for rule in conventions.naming for name in rule.columns}
        links = self._joined.rows("tracking_links")
        self._ids = {row.get("link_id") for row in links}
        self._slugs = {(row.get("slug") or "").lower() for row in links}
        self._utms = {tuple((row.get(name) or "").lower() for name in UTM_NAMES) for row in links}
        self._source_of: dict[str, str] = {}
        self._owner_of: dict[str, str] = {}
        for row in links:
            owner, source = row.get("influencer_id"), (row.get("utm_source") or "").lower()
            if owner and source:
                # The newest row says how an influencer's source is written today.
                self._source_of[owner] = source
                self._owner_of.setdefault(source, owner)

    def missing(self) -> Iterator[tuple[Row, Row | None, int]]:
        """Partnerships and posts without a link; the number counts a partnership's posts from 1."""
        linked = {row.get("deliverable_id") for row in self._joined.rows("tracking_links")}
        campaigns = set()
        for row in self._joined.rows("tracking_links"):
            campaign = self._joined.related(row, "campaigns")
            campaigns.add((row.get("influencer_id"), campaign.get("campaign_id") if campaign else None))
        for partnership in self._joined.rows("partnerships"):
            posts = self._joined.posts_of.get(partnership.get("partnership_id") or "", [])
            for number, post in enumerate(posts, start=1):
                if post.get("deliverable_id") not in linked:
                    yield partnership, post, number
            key = (partnership.get("influencer_id"), partnership.get("campaign_id"))
            if not posts and key not in campaigns:
                campaigns.add(key)
                yield partnership, None, 0

    def row(self, partnership: Row, post: Row | None, number: int) -> dict[str, str] | Finding:
        """The new link of a partnership or post, or why there cannot be one."""
        influencer = self._joined.related(partnership, "influencers")
        campaign = self._joined.related(partnership, "campaigns")
        if influencer is None:
            return self._problem(
                partnership, post, "its influencer is not in influencers.csv", "Add it there."
            )
        address = self._address(post, partnership, campaign)
        if address is None:
            mend = "Give --destination, set links.destination_url in conventions.toml, or add a column "
            mend += "destination_url to campaigns.csv, partnerships.csv or deliverables.csv."
            return self._problem(partnership, post, "nothing says where it leads", mend)
        try:
            clean_url(address)
        except UrlError as error:
            mend = "Write the whole address, such as https://shop.example/products/serum."
            return self._problem(partnership, post, f"its destination {address!r} {error}", mend)
        utms = self._values(influencer, campaign, post, number)
        identity = post.values["deliverable_id"] if post else partnership.values["partnership_id"]
        planned = {
            "link_id": self._id(identity),
            "influencer_id": influencer.values["influencer_id"],
            "campaign_id": campaign.get("campaign_id") or "" if campaign else "",
            "deliverable_id": identity if post else "",
            "slug": self._slug(influencer, campaign, utms["utm_content"]),
            "destination_url": address,
            **utms,
            "valid_from": "",
            "valid_to": "",
        }
        return planned

    def _address(self, *rows: Row | None) -> str | None:
        own = (row.get("destination_url") for row in rows if row)
        return next((address for address in own if address), self._destination)

    def _values(self, influencer: Row, campaign: Row | None, post: Row | None, number: int) -> dict[str, str]:
        """The four UTM values, unlike those of every other link: or visits could not be told apart."""
        content = ""
        if post:
            content = post.get("utm_content") or f"{post.get('content_format') or 'post'}_{number}"
        name = None
        if campaign:
            name = (
                campaign.get("utm_campaign") or campaign.get("campaign_name") or campaign.get("campaign_id")
            )
        values = {
            "utm_source": self._source(influencer),
            "utm_medium": self._conforming("utm_medium", post.get("platform") if post else None),
            "utm_campaign": self._conforming("utm_campaign", name),
            "utm_content": self._conforming("utm_content", content),
        }
        base, count = values["utm_content"], 1
        while tuple(values.values()) in self._utms:
            count += 1
            values["utm_content"] = f"{base}_{count}" if base else f"link_{count}"
        self._utms.add(tuple(values.values()))
        return values

    def _source(self, influencer: Row) -> str:
        """The influencer's source: the one in use, else handle, name or id, numbered if it is another's."""
        owner = influencer.values["influencer_id"]
        if owner not in self._source_of:
            names = (influencer.get("handle"), influencer.get("influencer_name"), owner)
            base = next(
                (value for name in names if (value := self._conforming("utm_source", name))), "influencer"
            )
            source, count = base, 1
            while self._owner_of.get(source, owner) != owner:
                count += 1
                source = f"{base}_{count}"
            self._source_of[owner] = source
            self._owner_of[source] = owner
        return self._source_of[owner]

    def _conforming(self, column: str, value: str | None) -> str:
        """The value as the conventions write this column: as it is when it fits, else its token or slug."""
        rule = self._naming.get(f"tracking_links.{column}")
        text = (value or "").strip().lower()
        if rule is None or rule.pattern.fullmatch(text):
            return text if rule else token(text)
        return slug(text) if rule.suggest == "slug" else token(text)

    def _slug(self, influencer: Row, campaign: Row | None, content: str) -> str:
        name = words(influencer.get("influencer_name") or "") or words(influencer.get("handle") or "")
        name = name or ["-".join(words(influencer.values["influencer_id"])) or "link"]
        about = words(
            (campaign.get("campaign_name") or campaign.get("utm_campaign") or "") if campaign else ""
        )
        # A year says nothing to a follower and ages badly.
        about = [word for word in about if not word.isdigit()] or about
        while len("-".join(about)) > _CAMPAIGN_LETTERS and len(about) > 1:
            about.pop()
        stems = ["-".join([*who, *about]) for who in (name[:1], name)]
        tries = [each for stem in stems for each in (stem, "-".join([stem, *words(content)]))]
        count = 1
        while tries[0] in self._slugs or not tries[0]:
            if len(tries) > 1:
                tries.pop(0)
            else:
                count += 1
                tries = [f"{stems[-1]}-{count}"]
        self._slugs.add(tries[0])
        return tries[0]

    def _id(self, identity: str) -> str:
        base = f"lnk_{token(identity)}"
        link_id, count = base, 1
        while link_id in self._ids:
            count += 1
            link_id = f"{base}_{count}"
        self._ids.add(link_id)
        return link_id

    def _problem(self, partnership: Row, post: Row | None, why: str, mend: str) -> Finding:
        if post:
            file, row, name = "deliverables.csv", post, f"deliverable {post.get('deliverable_id')}"
        else:
            file, row = "partnerships.csv", partnership
            name = f"partnership {partnership.get('partnership_id')}"
        return Finding(Severity.WARNING, RULE, file, row.line, f"no link for {name}: {why}.", mend)
