"""What every figure and every attribution model means, in words for people who do not read SQL."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure's short label, its unit (`money`, `count`, `pct`, `share`, `hours`), and what it means."""

    label: str
    unit: str
    meaning: str


FIGURES: dict[str, Figure] = {
    "attributed_revenue": Figure(
        "Revenue",
        "money",
        "What buyers paid for goods, less discounts and refunds, without tax and shipping: the part "
        "that the attribution model credits to influencers.",
    ),
    "total_cost": Figure(
        "Cost",
        "money",
        "Fees, commissions, products given away and other costs such as shipping, agency and boosts. "
        "Discounts are not in it; they lower the revenue.",
    ),
    "profit": Figure("Revenue less cost", "money", "Revenue minus cost, before the cost of the goods sold."),
    "roi_pct": Figure(
        "ROI",
        "pct",
        "Return on investment: (revenue - cost) / cost x 100. At 0 % the money just came back, at 100 "
        "% it came back twice. None where nothing was spent.",
    ),
    "roas": Figure("ROAS", "count", "Revenue for each unit of cost. 1 means that the money just came back."),
    "conversions": Figure(
        "Orders",
        "count",
        "Orders credited by the model. An order with several touchpoints is shared among them, so this "
        "is rarely a whole number.",
    ),
    "new_customers": Figure(
        "New customers", "count", "The part of the credited orders that were somebody's first purchase."
    ),
    "cpa": Figure("Cost per order", "money", "CPA: cost divided by credited orders."),
    "cac": Figure("Cost per new customer", "money", "CAC: cost divided by credited first purchases."),
    "average_order_value": Figure(
        "Average order", "money", "AOV: credited revenue divided by credited orders."
    ),
    "visitors": Figure("Visitors", "count", "People with at least one visit through an influencer's links."),
    "sessions": Figure("Visits", "count", "Visits through an influencer's links, bots left out."),
    "conversion_rate": Figure(
        "Conversion rate", "share", "Share of the visitors who bought within the window after their visit."
    ),
    "micro_conversion_rate": Figure(
        "Micro-conversion rate",
        "share",
        "Share of the visits in which somebody did something short of buying: signed up, added to the "
        "cart, watched a video.",
    ),
    "ltv_per_customer": Figure(
        "Lifetime value",
        "money",
        "What a new customer of the influencer's has brought in so far, on average.",
    ),
    "direct_conversions": Figure(
        "Direct orders",
        "count",
        "Orders with the influencer's code, or whose last touch that counts is a visit through their "
        "link. The same under every model.",
    ),
    "assisted_conversions": Figure(
        "Assisted orders",
        "count",
        "Orders with an earlier visit through the influencer's link, closed by something else. The "
        "same under every model.",
    ),
    "contribution_roi_pct": Figure(
        "Contribution ROI",
        "pct",
        "ROI after the cost of the goods sold and of their delivery. None where these are not known.",
    ),
}

# (label, one sentence)
MODELS: dict[str, tuple[str, str]] = {
    "first_touch": ("First touch", "All credit goes to the touchpoint that began the journey."),
    "last_touch": ("Last touch", "All credit goes to the touchpoint right before the order."),
    "last_non_direct": (
        "Last non-direct touch",
        "All credit goes to the last touchpoint that was not a direct visit.",
    ),
    "linear": ("Linear", "All touchpoints of a journey share the credit equally."),
    "time_decay": ("Time decay", "The nearer a touchpoint is to the order, the more credit it gets."),
    "position_based": (
        "Position based",
        "The first and the last touchpoint get most of the credit, by default 40 % each; those between share "
        "the rest.",
    ),
    "j_shaped": ("J-shaped", "The last touchpoint gets 60 %, the first 20 %, those between share 20 %."),
    "inverse_j": ("Inverse J", "The first touchpoint gets 60 %, the last 20 %, those between share 20 %."),
    "w_shaped": (
        "W-shaped",
        "The first touchpoint, the one that made a lead and the last get 30 % each, the rest shares 10 %.",
    ),
    "full_path": (
        "Full path",
        "The first touchpoint, the ones that made a lead and a customer, and the last get 22.5 % each, "
        "the rest shares 10 %.",
    ),
    "promo_code": (
        "Promo code",
        "All credit goes to the owner of the code that was redeemed; orders without one are nobody's.",
    ),
    "hybrid": (
        "Code, else position",
        "The owner of a redeemed code gets all credit; orders without a code are shared by position.",
    ),
    "markov": (
        "Markov",
        "Credit by how many orders would be lost if an influencer or channel vanished from all journeys.",
    ),
    "shapley": (
        "Shapley",
        "Each order is shared equally by the different influencers and channels of its journey.",
    ),
}

# (label, meaning) of the classes of `mart_order_evidence`, in the order in which they are shown.
EVIDENCE: dict[str, tuple[str, str]] = {
    "link_and_code": ("Link and code", "a visit through the link, and the code at the checkout"),
    "link_only": ("Link only", "the last touch that counts is a visit through the link"),
    "code_only": ("Code only", "the code at the checkout, and no visit that we saw"),
    "assist_only": ("Assist", "an earlier visit through the link, closed by something else"),
    "survey_only": ("Survey only", "nothing but the buyer's answer names the influencer"),
}


def model_label(model: str) -> str:
    """The model's name for people; of a model that is not known here, its own name without underscores."""
    return MODELS[model][0] if model in MODELS else model.replace("_", " ").capitalize()


def model_meaning(model: str) -> str:
    """What the model does, in a sentence."""
    return MODELS[model][1] if model in MODELS else "A model that was added to the project."
