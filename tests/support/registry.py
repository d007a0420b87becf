"""A small registry without a fault, and edits that put one in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestration.lib.registry import Finding, check_registry

GOOD = {
    "influencers": [
        "influencer_id,influencer_name,handle,tier,niche,country,followers",
        "inf_1,Ada Example,@ada,micro,fitness,DE,12000",
        'inf_2,"Bo, the ""great""",@bo,mega,food,US,',
    ],
    "campaigns": [
        "campaign_id,campaign_name,utm_campaign,starts_on,ends_on,product_category,budget",
        "cmp_1,Spring,spring,2026-03-01,2026-03-31,shoes,10000.00",
    ],
    "partnerships": [
        "partnership_id,influencer_id,campaign_id,fee,currency,commission_pct,attribution_window_days",
        "par_1,inf_1,cmp_1,500,EUR,10,30",
        "par_2,inf_2,cmp_1,,,,",
    ],
    "deliverables": [
        "deliverable_id,partnership_id,platform,content_format,utm_content,posted_at,post_url,"
        "impressions,engagements",
        "del_1,par_1,instagram,reel,reel1,2026-03-02T18:00:00+01:00,https://example.com/p/1,1000,50",
    ],
    "tracking_links": [
        "link_id,influencer_id,campaign_id,deliverable_id,slug,destination_url,utm_source,utm_medium,"
        "utm_campaign,utm_content,valid_from,valid_to",
        "lnk_1,inf_1,cmp_1,del_1,ada-spring,https://shop.example/,ada,instagram,spring,reel1,2026-03-01,",
        "lnk_2,inf_2,cmp_1,,bo-spring,https://shop.example/,bo,youtube,spring,,,",
    ],
    "promo_codes": [
        "promo_code,influencer_id,campaign_id,discount_type,discount_value,valid_from,valid_to",
        "ADA10,inf_1,cmp_1,percent,10,2026-03-01,2026-04-01",
        "ADA10,inf_2,,percent,10,2026-04-01,",
    ],
    "costs": [
        "cost_id,influencer_id,campaign_id,deliverable_id,cost_type,incurred_on,amount,currency",
        "cst_1,inf_1,cmp_1,del_1,fee,2026-03-05,500.00,EUR",
    ],
}


Edit = Callable[[dict[str, list[str]]], None]


def write_registry(folder: Path, *edits: Edit) -> Path:
    """Writes the good registry with some edits."""
    tables = {name: list(lines) for name, lines in GOOD.items()}
    for edit in edits:
        edit(tables)
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def add(table: str, *lines: str) -> Edit:
    """Adds lines to a table."""
    return lambda tables: tables[table].extend(lines)


def change(table: str, line: int, new: str) -> Edit:
    """Replaces a line; the header is line 1."""
    return lambda tables: tables[table].__setitem__(line - 1, new)


def drop(table: str, line: int) -> Edit:
    """Takes a line out; the header is line 1."""
    return lambda tables: tables[table].__delitem__(line - 1)


def lint(folder: Path, *edits: Edit, own: str = "") -> list[Finding]:
    """The lint findings of the good registry with some edits, without the errors that stop a run."""
    write_registry(folder, *edits)
    if own:
        (folder / "conventions.toml").write_text(own, encoding="utf-8")
    return check_registry(folder, rules=())


def only(findings: list[Finding]) -> Finding:
    """The only finding there is."""
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]
