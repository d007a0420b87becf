"""Runs one peer on a file of paths and prints what it says and how long it took, as JSON.

A line after the rule models, and one with Markov's as well: whoever loses patience has the first.

It runs under the Python that has the peers; `benchmarks.attribution_peers` starts it.
"""

import contextlib
import io
import json
import sys
import time


def channel_attribution(paths, order_keys, say):
    import ChannelAttribution as peer

    start = time.perf_counter()
    rules = peer.heuristic_models(paths, "path", "conversions", sep=">", flg_pro=False)
    rule_seconds = time.perf_counter() - start
    named = {"first_touch": "first_touch", "last_non_direct": "last_touch", "linear": "linear_touch"}
    found = {
        "rules": {
            ours: dict(zip(rules["channel_name"], map(float, rules[theirs]), strict=True))
            for ours, theirs in named.items()
        },
        "rule_seconds": rule_seconds,
    }
    say(found)
    start = time.perf_counter()
    markov = peer.markov_model(
        paths,
        "path",
        "conversions",
        var_null="losses",
        sep=">",
        out_more=True,
        seed=1,
        ncore=2,
        flg_pro=False,
    )
    seconds = time.perf_counter() - start
    effects = markov["removal_effects"]
    found["effects"] = dict(zip(effects["channel_name"], map(float, effects["removal_effect"]), strict=True))
    found["markov_seconds"] = seconds
    say(found)


def marketing_attribution_models(paths, order_keys, say):
    import pandas as pd
    from mam import MAM

    # One row for what converted and one for what did not: the peer's format of grouped journeys.
    parts = [
        paths.assign(converted=outcome, times=paths[column])[["path", "converted", "times"]]
        for outcome, column in ((True, "conversions"), (False, "losses"))
    ]
    grouped = pd.concat(parts)
    grouped = grouped[grouped["times"] > 0].reset_index(drop=True)

    def model(rows):
        return MAM(
            rows, format_type="grouped_journey", channels_colname="path",
            journey_with_conv_colname="converted", occurrences_colname="times", path_separator=">",
        )  # fmt: skip

    converting = model(grouped[grouped["converted"]].reset_index(drop=True))
    start = time.perf_counter()
    rules = {
        "first_touch": converting.run_first_click(), "last_non_direct": converting.run_last_click(),
        "linear": converting.run_linear(), "position_based": converting.run_position_based(),
    }  # fmt: skip
    rule_seconds = time.perf_counter() - start
    found = {"rule_seconds": rule_seconds, "rules": {}}
    for name, result in rules.items():
        table = result.to_dict()
        found["rules"][name] = dict(
            zip(map(str, table["channels"]), map(float, table["attribution"]), strict=True)
        )
    say(found)
    if order_keys <= 200:
        # It inverts the matrix anew for each key: hours at 2,000.
        start = time.perf_counter()
        effects = model(grouped).run_markov().metadata["removal_effect"]
        found["markov_seconds"] = time.perf_counter() - start
        found["effects"] = {str(key): float(value) for key, value in effects["removal_effect"].items()}
        say(found)


PEERS = {
    "ChannelAttribution": channel_attribution,
    "marketing-attribution-models": marketing_attribution_models,
}


def main():
    import pandas as pd

    peer, file, keys = sys.argv[1:]
    paths = pd.read_csv(file)
    out = sys.stdout

    def say(found):
        print(json.dumps(found), file=out, flush=True)

    with contextlib.redirect_stdout(io.StringIO()):
        PEERS[peer](paths, int(keys), say)


if __name__ == "__main__":
    main()
