"""The shop's website as a tracker sees it: pages, query strings, referrers and browsers, numbered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.lib.sample import names
from orchestration.lib.sample.config import ENTRY
from orchestration.lib.sample.people import Floats
from orchestration.lib.sample.roster import Link, Roster

SHOP = names.SHOP
COLLECTION, PRODUCT = 1, 1 + len(names.NICHES)
PAGES = (
    "/",
    *(f"/collections/{niche}" for niche in names.NICHES),
    *(f"/products/{product[0].lower()}" for niche in names.NICHES for product in names.PRODUCTS[niche]),
    "/pricing",
    "/compare",
    "/about",
    "/journal/how-we-choose-materials",
    "/journal/morning-routines",
    "/cart",
    "/checkout",
    "/thank-you",
    "/account/register",
    "/demo",
    "/guides/buying-guide.pdf",
    "/stories/behind-the-workshop",
)
PAGE = {path: code for code, path in enumerate(PAGES)}

EVENTS = (
    "page_view",
    "sign_up",
    "demo_request",
    "download",
    "video_view",
    "add_to_cart",
    "begin_checkout",
    "purchase",
    "account_created",
)
EVENT = {name: code for code, name in enumerate(EVENTS)}
#: The page on which an event happens; -1: where the visitor happens to be.
EVENT_PAGE = np.array(
    [
        -1, PAGE["/account/register"], PAGE["/demo"], PAGE["/guides/buying-guide.pdf"],
        PAGE["/stories/behind-the-workshop"], -1, PAGE["/checkout"], PAGE["/thank-you"],
        PAGE["/account/register"],
    ]
)  # fmt: skip

CLICK_IDS = ("", "gclid", "fbclid", "ttclid", "msclkid", "wbraid", "gbraid")

REFERRERS = (
    "",
    f"{SHOP}/",
    "https://www.google.com/",
    "https://www.bing.com/",
    "https://duckduckgo.com/",
    "https://l.instagram.com/",
    "https://l.facebook.com/",
    "https://www.tiktok.com/",
    "https://www.youtube.com/",
    "https://www.pinterest.com/",
    "https://www.reddit.com/",
    "https://mail.google.com/",
    "android-app://com.google.android.gm/",
    "https://dailybrief.example/lifestyle",
    "https://www.gearbargains.example/best-of-2026",
    "https://slowhome.example/blog/ten-small-upgrades",
    "https://trailnotes.example/packing-list",
    "https://www.retailmenot.com/view/northpine.example",
    "https://couponfollow.com/site/northpine.example",
    "https://www.wethrift.com/northpine",
    "https://www.paypal.com/",
    "https://checkout.stripe.com/",
    "https://m.facebook.com/",
)
REFERRER = {url: code for code, url in enumerate(REFERRERS)}
COUPON_REFERRERS = np.array([17, 18, 19])
PAYMENT_REFERRERS = np.array([20, 21])

_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS {} like Mac OS X) " + _WEBKIT
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + _BLINK
_GALAXY = "Mozilla/5.0 (Linux; Android 14; SM-S921B{}) " + _BLINK
BROWSERS = (
    # phones
    _IPHONE.format("18_3") + " Version/18.3 Mobile/15E148 Safari/604.1",
    _IPHONE.format("17_6") + " Version/17.6 Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 15; Pixel 8) {_BLINK} Chrome/134.0.0.0 Mobile Safari/537.36",
    _GALAXY.format("") + " Chrome/133.0.0.0 Mobile Safari/537.36",
    # laptops
    _WINDOWS + " Chrome/134.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Version/18.3 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:136.0) Gecko/20100101 Firefox/136.0",
    _WINDOWS + " Chrome/134.0.0.0 Safari/537.36 Edg/134.0.0.0",
    # browsers inside apps
    _IPHONE.format("18_3") + " Mobile/15E148 Instagram 372.0.0.15.75 (iPhone15,3; iOS 18_3; en_US)",
    _GALAXY.format("; wv")
    + " Version/4.0 Chrome/133.0.0.0 Mobile Safari/537.36 Instagram 371.0.0.36.89 Android",
    _IPHONE.format("18_2") + " Mobile/15E148 musical_ly_38.7.0 BytedanceWebview/d8a21c6",
    _IPHONE.format("17_6") + " Mobile/15E148 [FBAN/FBIOS;FBAV/503.0.0.50.105]",
    # crawlers
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
)
PER_DEVICE = 4
FIRST_CRAWLER = 12

#: Campaign parameters of the other channels, and of none.
CHANNEL_QUERIES: dict[str, tuple[str, ...]] = {
    "direct": ("",),
    "organic_search": ("",),
    "paid_search": (
        "utm_source=google&utm_medium=cpc&utm_campaign=generic_essentials",
        "utm_source=google&utm_medium=cpc&utm_campaign=brand",
        "",
        "utm_source=bing&utm_medium=cpc&utm_campaign=generic_essentials",
    ),
    "paid_social": (
        "utm_source=facebook&utm_medium=paid_social&utm_campaign=prospecting_broad",
        "utm_source=instagram&utm_medium=paid_social&utm_campaign=retargeting_30d",
        "utm_source=tiktok&utm_medium=paid_social&utm_campaign=spark_test",
    ),
    "email": (
        "utm_source=newsletter&utm_medium=email&utm_campaign=Weekly+Letter",
        "utm_source=klaviyo&utm_medium=email&utm_campaign=back%20in%20stock",
    ),
    "display": ("utm_source=adnetwork&utm_medium=display&utm_campaign=banner_always_on",),
    "affiliates": ("utm_source=gearbargains&utm_medium=affiliate&utm_campaign=evergreen",),
    "referral": ("",),
    "organic_social": ("",),
}
VARIANTS = 4


@dataclass(frozen=True)
class Queries:
    """All query strings without click ids: where the channels' begin, and the influencer links' variants."""

    texts: list[str]
    first: dict[int, int]
    count: dict[int, int]
    first_link: int

    @classmethod
    def of(cls, roster: Roster) -> Queries:
        """Number the query strings of a world."""
        texts: list[str] = []
        first: dict[int, int] = {}
        count: dict[int, int] = {}
        for channel, queries in CHANNEL_QUERIES.items():
            first[ENTRY[channel]], count[ENTRY[channel]] = len(texts), len(queries)
            texts.extend(queries)
        first_link = len(texts)
        for link in roster.links:
            texts.extend(link_queries(link))
        return cls(texts, first, count, first_link)


def link_parts(link: Link) -> tuple[str, str, str, str]:
    """Source, medium, campaign and content (may be empty) of a tracked link, as the registry has them."""
    influencer = link.partnership.influencer
    medium = influencer.platforms[0] if link.post is None else link.post.platform
    content = "" if link.post is None else link.post.content
    return influencer.handle, medium, link.partnership.campaign.utm, content


def link_queries(link: Link) -> list[str]:
    """A link's parameters as they arrive: plain, in mixed case, over-encoded, and encoded twice."""
    source, medium, campaign, content = link_parts(link)
    tail = f"&utm_content={content}" if content else ""
    titled = source.replace("_", " ").title().replace(" ", "_")
    escaped, escaped_campaign = source.replace("_", "%5F"), campaign.replace("_", "%5F")
    twice = escaped_campaign.replace("%", "%25")
    return [
        f"utm_source={source}&utm_medium={medium}&utm_campaign={campaign}{tail}",
        f"utm_source={titled}&utm_medium={medium.title()}&utm_campaign={campaign.upper()}{tail}",
        f"utm_source={escaped}&utm_medium={medium}&utm_campaign={escaped_campaign}{tail}",
        f"utm_source={source}&utm_medium={medium}&utm_campaign={twice}{tail}",
    ]


#: Chance of each variant of `link_queries`.
VARIANT_WEIGHTS: Floats = np.array([0.86, 0.065, 0.068, 0.007])
