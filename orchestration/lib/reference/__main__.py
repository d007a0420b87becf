"""Rewrite the compiled reference seeds: `python -m orchestration.lib.reference --help`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from orchestration.lib.reference.bots import compile_bot_patterns
from orchestration.lib.reference.fx import compile_fx_rates
from orchestration.lib.reference.seed import ReferenceError, Seed
from orchestration.lib.reference.sources import compile_source_categories

FOLDER = Path(__file__).parents[3] / "seeds" / "reference"


def compile_all(folder: Path, rates: Path | None) -> list[Seed]:
    """Compile every seed whose source is at hand; the rates only when their archive is given."""
    seeds = [compile_bot_patterns(), compile_source_categories(folder / "coupon_sites.csv")]
    if rates is not None:
        seeds.append(compile_fx_rates(rates))
    return seeds


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile, then write the files (or compare them, with `--check`); return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.lib.reference", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="the seeds (default: %(default)s)")
    parser.add_argument("--rates", type=Path, help="the ECB's eurofxref-hist.zip; without it fx_rates stays")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is stale")
    options = parser.parse_args(arguments)
    try:
        seeds = compile_all(options.folder, options.rates)
    except (ReferenceError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    stale = 0
    for seed in seeds:
        path = options.folder / f"{seed.name}.csv"
        same = path.exists() and path.read_text(encoding="utf-8") == seed.to_csv()
        if not same and not options.check:
            seed.write(options.folder)
        stale += not same
        state = "unchanged" if same else "stale" if options.check else "written"
        print(f"{path}: {state}, {len(seed.rows)} rows")
    return int(options.check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
