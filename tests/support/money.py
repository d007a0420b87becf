"""Which data test of dbt holds each money column of the published tables against the orders and the ledger.

A column stands in `RECONCILED` with the test that finds a cent too much in it, or in `ESTIMATED`, where
there is nothing to reconcile with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ROI = {
    "attributed_revenue": "assert_revenue_reconciles",
    "new_customer_revenue": "assert_new_customer_revenue_reconciles",
    "total_cost": "assert_costs_reconcile",
}
_KINDS = dict.fromkeys(("fixed_fee", "commission", "product_cost", "other_cost"), "assert_costs_reconcile")
_CONTRIBUTION = {"attributed_contribution": "assert_contribution_reconciles"}
_FACT = {"attributed_revenue": "assert_credit_adds_up"}

#: Column to test, by table. A test that begins with `sound_` is in the model's own YAML file.
RECONCILED: dict[str, dict[str, str]] = {
    "dim_campaigns": {"budget": "assert_budgets_reconcile"},
    "fct_attribution": _FACT,
    "fct_conversions": {
        "revenue": "assert_conversions_reconcile",
        "gross_revenue": "sound_fct_conversions",
        "discount_amount": "sound_fct_conversions",
        "refunded_amount": "sound_fct_conversions",
    },
    "mart_assisted_conversions": {
        "in_path_revenue": "assert_comparisons_add_up",
        "in_path_not_last_revenue": "sound_mart_assisted_conversions",
        "introduced_revenue": "assert_comparisons_add_up",
        "closed_revenue": "assert_comparisons_add_up",
    },
    "mart_budget_plan": {
        "spend_before": "assert_budgets_reconcile",
        "planned_spend": "sound_mart_budget_plan",
        "budget": "sound_mart_budget_plan",
        "unallocated": "sound_mart_budget_plan",
    },
    "mart_campaign_roi": {**_ROI, **_KINDS, **_CONTRIBUTION, "budget": "assert_budgets_reconcile"},
    "mart_category_roi": {
        "attributed_revenue": "assert_revenue_reconciles",
        "total_cost": "assert_costs_reconcile",
    },
    "mart_channel_performance": {**_ROI, **_CONTRIBUTION},
    "mart_channel_weights": {"revenue": "assert_channel_weights_sum_to_purchases"},
    "mart_code_policy_whatif": {
        "attributed_revenue": "assert_policy_in_force_is_what_was_done",
        "payout": "assert_policy_in_force_is_what_was_done",
        "revenue_change": "assert_policy_in_force_is_what_was_done",
        "payout_change": "assert_policy_in_force_is_what_was_done",
    },
    "mart_cohort_ltv": {"revenue_to_date": "assert_customers_reconcile"},
    "mart_customer_journeys": {"revenue": "assert_journeys_add_up"},
    "mart_customer_ltv": dict.fromkeys(
        ("revenue_to_date", *(f"revenue_{days}d" for days in (30, 60, 90, 180, 365))),
        "assert_customer_values_reconcile",
    ),
    "mart_deliverable_roi": {**_ROI, **_KINDS},
    "mart_influencer_roi": {
        **_ROI,
        **_KINDS,
        **_CONTRIBUTION,
        "discount_given": "assert_evidence_reconciles",
    },
    "mart_influencer_roi_daily": {
        **_ROI,
        **_KINDS,
        "revenue_to_date": "assert_daily_sums_to_date",
        "cost_to_date": "assert_daily_sums_to_date",
    },
    "mart_influencer_scorecard": {"attributed_revenue": "assert_revenue_reconciles"},
    "mart_journey_summary": {
        "revenue": "assert_journeys_add_up",
        "revenue_with_influencer": "assert_journeys_add_up",
    },
    "mart_micro_conversions": {"goal_value": "assert_goal_values_reconcile"},
    "mart_model_comparison": {
        "attributed_revenue": "assert_revenue_reconciles",
        "total_cost": "assert_costs_reconcile",
        "lowest_revenue": "assert_comparison_is_complete",
        "highest_revenue": "assert_comparison_is_complete",
        "revenue_spread": "assert_comparison_is_complete",
        "revenue_change": "assert_comparison_is_complete",
    },
    "mart_model_segments": {"attributed_revenue": "assert_comparisons_add_up"},
    "mart_order_evidence": {"revenue": "assert_evidence_reconciles"},
    "mart_program_roi": _ROI,
    "mart_promo_code_health": {
        "revenue": "assert_evidence_reconciles",
        "suspect_revenue": "assert_evidence_reconciles",
        "clean_revenue": "sound_mart_promo_code_health",
    },
}

#: What is expected, drawn or allowed, and was neither ordered nor spent.
ESTIMATED: dict[str, frozenset[str]] = {
    "mart_budget_plan": frozenset({
        "least_spend", "most_spend", "expected_value_before", "expected_value", "expected_gain", "gain_low",
        "gain_high", "plan_gain", "plan_gain_low", "plan_gain_high",
    }),
}  # fmt: skip

# Ends of intervals, quotients and predictions are numbers with fractions of cents.
_QUOTIENT = re.compile(
    r"_pct|_low$|_high$|_rate$|_share$|_per_|^revenue_per|^average_|^predicted_|^next_unit|_sd$|_rank$|^value_"
)
_MONEY = re.compile(
    r"revenue|cost|fee|commission|spend|spent|amount|discount|budget|value|payout|contribution"
)


def reconciled_by(table: str) -> Mapping[str, str]:
    """The tests of a published table's money columns; the facts of the single models share theirs."""
    return _FACT if table.startswith("fct_attribution__") else RECONCILED.get(table, {})


def is_money(column: Mapping[str, Any]) -> bool:
    """Whether a column of a contract holds an amount: decimals do, and numbers that are named like one."""
    kind, name = str(column["data_type"]), str(column["name"])
    if kind.startswith("decimal"):
        return True
    return kind == "double" and bool(_MONEY.search(name)) and not _QUOTIENT.search(name)
