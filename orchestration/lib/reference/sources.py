"""Compile `source_categories`: what kind of site a visit's source is, and its one name."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from orchestration.lib.reference.seed import ReferenceError, Seed, read_seed

SOURCES = Path(__file__).with_name("sources.toml")
COLUMNS = ("source", "category", "canonical_source")
# As bare names these mean other things too: an affiliate network, or what a newsletter calls its own links.
AMBIGUOUS_COUPON_NAMES = frozenset({"rakuten", "offers", "savings", "pepper"})
CATEGORIES = ("search", "social", "video", "shopping", "ai", "email", "other")


def expand(text: str, endings: dict[str, list[str]]) -> list[str]:
    """All names that `text` stands for: `{set}` is replaced by each member of that set of `endings`.

    A text without a set stands for itself. Raises `ReferenceError` for a set that is not there.
    """
    if "{" not in text:
        return [text]
    head, _, rest = text.partition("{")
    name, _, tail = rest.partition("}")
    if name not in endings:
        known = ", ".join(sorted(endings))
        raise ReferenceError(f"{text!r}: no set {name!r} under [endings]; there are {known}")
    return [f"{head}{ending}{tail}" for ending in endings[name]]


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    endings = {name: list(dict.fromkeys(text.split())) for name, text in data.pop("endings", {}).items()}
    unknown = set(data) - set(CATEGORIES)
    if unknown:
        raise ReferenceError(f"{path}: unknown category {sorted(unknown)}; allowed: {', '.join(CATEGORIES)}")
    for category, sources in data.items():
        for canonical, aliases in sources.items():
            for alias in (canonical, *aliases):
                for source in expand(alias, endings):
                    yield source, category, canonical


def _coupon_rows(path: Path) -> Iterator[tuple[str, str, str]]:
    """A coupon site's host, and the host's first label as its bare name."""
    for host, _ in read_seed(path).rows:
        name = host.split(".")[0]
        yield host, "coupon", name
        if name not in AMBIGUOUS_COUPON_NAMES:
            yield name, "coupon", name


def compile_source_categories(coupon_sites: Path, sources: Path = SOURCES) -> Seed:
    """Compile the seed from our list of sources (`sources.toml`) and the seed of coupon sites.

    Keys are lower case: bare names as marketers write them into `utm_source`, and hosts without a leading
    `www.`. Raises `ReferenceError` where one key would have two meanings.
    """
    found: dict[str, tuple[str, str]] = {}
    for source, category, canonical in (*_rows(sources), *_coupon_rows(coupon_sites)):
        if source != source.strip().lower() or source.startswith("www."):
            raise ReferenceError(f"source {source!r}: write it in lower case, trimmed, without www.")
        known = found.setdefault(source, (category, canonical))
        if known != (category, canonical):
            raise ReferenceError(
                f"source {source!r} is both {known[1]} ({known[0]}) and {canonical} ({category}): keep one"
            )
    return Seed.of(
        "source_categories",
        COLUMNS,
        [(source, category, canonical) for source, (category, canonical) in sorted(found.items())],
    )
