"""What is wrong with the way of a link: where it ends, and what becomes of each UTM value hop by hop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus, urlsplit

from orchestration.lib.links.checker.follow import Chain
from orchestration.lib.links.urls import query_values
from orchestration.lib.registry.model import Severity

SLOW_SECONDS = 8.0
MANY_REDIRECTS = 4

_ENDINGS = {
    "refused": "Links must lead to the open web; `--allow-private` checks inside addresses too.",
    "dns": "Correct the host, or wait until its name is known everywhere.",
    "connection": "Ask whoever runs the site.",
    "timeout": "Ask whoever runs the site; visitors do not wait that long.",
    "tls": "Renew the certificate: visitors see a warning instead of the page.",
    "protocol": "Ask whoever runs the site.",
    "bad_address": "Correct the redirect or the destination.",
    "app_link": "A browser without the app stops here: lead to a web page instead.",
    "loop": "Take out one of the redirects.",
    "too_many_hops": "Take out redirects.",
}


@dataclass(frozen=True)
class Problem:
    """Something wrong on the way.

    Attributes:
        code: what, such as `utm_lost` or `status`.
        severity: error when a visit or its source is lost.
        hop: which page of the way does it, from 1; None when it is not one page's doing.
        parameter: the UTM value concerned, if it is one.
        message: a sentence.
        mend: what to do.
    """

    code: str
    severity: Severity
    hop: int | None
    parameter: str | None
    message: str
    mend: str

    def __str__(self) -> str:
        """One line for a terminal or a log."""
        return f"{self.message} {self.mend}".rstrip()


@dataclass(frozen=True)
class _State:
    """What has become of a value in an address; `code` is empty while all is well."""

    code: str
    found: str = ""


def judge(chain: Chain, destination: str, expected: Mapping[str, str]) -> list[Problem]:
    """Everything that is wrong with a way.

    Args:
        chain: the way that was followed.
        destination: where the link should lead, with its UTM values.
        expected: the UTM values that must arrive, by parameter.
    """
    problems = [*_ending(chain), *_security(chain)]
    if chain.error is None or chain.error.kind not in ("loop", "too_many_hops"):
        for name, value in expected.items():
            problems += _parameter(chain, name, value)
    if chain.error is None and chain.last.status == 200:
        problems += _place(chain, destination)
    return problems


def _ending(chain: Chain) -> list[Problem]:
    number, last = len(chain.hops), chain.last
    if chain.error is not None:
        message = f"Hop {number} ({last.url}): {chain.error}."
        return [Problem(chain.error.kind, Severity.ERROR, number, None, message, _ENDINGS[chain.error.kind])]
    if last.status != 200:
        message = f"Hop {number} ({last.url}) answers {last.status} instead of 200."
        mend = "Lead the link to a page that exists."
        if last.status in (401, 403, 429, 503):
            mend = (
                "Open it in a browser: some sites only turn checkers away. If people are too, mend the page."
            )
        return [Problem("status", Severity.ERROR, number, None, message, mend)]
    found = []
    if last.by_script:
        message = (
            f"Hop {number} ({last.url}) seems to send visitors on by a script, which this check does not run."
        )
        mend = (
            "Open the link in a browser and look at the UTM values, or use a redirect of the server instead."
        )
        found.append(Problem("script_redirect", Severity.WARNING, number, None, message, mend))
    if number - 1 >= MANY_REDIRECTS:
        message = f"There are {number - 1} redirects on the way."
        found.append(
            Problem("many_redirects", Severity.WARNING, None, None, message, "Each one loses visitors.")
        )
    seconds = sum(hop.seconds for hop in chain.hops)
    if seconds > SLOW_SECONDS:
        message = f"It took {seconds:.1f} seconds until the page was there."
        found.append(Problem("slow", Severity.WARNING, None, None, message, "Visitors leave before that."))
    return found


def _security(chain: Chain) -> list[Problem]:
    secure = [hop.url.startswith("https:") for hop in chain.hops]
    for number in range(1, len(secure)):
        if secure[number - 1] and not secure[number]:
            message = (
                f"Hop {number} ({chain.hops[number - 1].url}) leads from https to {chain.hops[number].url}."
            )
            mend = (
                "Redirect to https: browsers warn, and the page no longer learns where the visit came from."
            )
            return [Problem("downgrade", Severity.ERROR, number, None, message, mend)]
    if not secure[-1]:
        message = f"The page ({chain.last.url}) is not https."
        mend = "Lead the link to https and redirect http there."
        return [Problem("insecure", Severity.ERROR, len(secure), None, message, mend)]
    if not secure[0]:
        message = f"The link itself ({chain.hops[0].url}) is not https."
        return [Problem("insecure_link", Severity.WARNING, 1, None, message, "Write https:// into the link.")]
    return []


def _state(url: str, name: str, expected: str) -> _State:
    parts = urlsplit(url)
    raw = [value for value in query_values(parts.query, name) if value]
    if not raw:
        behind = parts.fragment.rpartition("?")[2]
        inside = [value for value in query_values(behind, name) if value]
        return _State("utm_in_fragment", inside[0]) if inside else _State("utm_lost")
    if len(raw) > 1:
        return _State("utm_duplicated", ", ".join(raw))
    value = unquote_plus(raw[0])
    if value == expected:
        return _State("")
    if value.casefold() == expected.casefold():
        return _State("utm_case", value)
    if expected in (unquote_plus(value), unquote(unquote_plus(value)), unquote(value)):
        return _State("utm_double_encoded", raw[0])
    return _State("utm_rewritten", value)


_SAYS = {
    "utm_lost": ("is lost", Severity.ERROR, "Keep the query in this redirect."),
    "utm_rewritten": ("is rewritten to {found!r}", Severity.ERROR, "Leave it as it is."),
    "utm_duplicated": ("is there more than once ({found})", Severity.ERROR, "Add it only once."),
    "utm_double_encoded": ("is encoded twice ({found})", Severity.WARNING, "Do not encode the query again."),
    "utm_case": ("is written {found!r}", Severity.WARNING, "Leave its case: other tools count it apart."),
    "utm_in_fragment": ("is moved behind the #", Severity.WARNING, "Keep it in the query."),
}  # fmt: skip


def _parameter(chain: Chain, name: str, expected: str) -> list[Problem]:
    """What has become of one value at the end, told at the hop that did it."""
    states = [_state(hop.url, name, expected) for hop in chain.hops]
    final = states[-1]
    if not final.code:
        return []
    first = len(states) - 1
    while first > 0 and states[first - 1].code == final.code:
        first -= 1
    says, severity, mend = _SAYS[final.code]
    if final.code == "utm_duplicated" and set(final.found.split(", ")) == {expected}:
        # Whichever counts, it is the right one.
        severity = Severity.WARNING
    what = f"{name} {says.format(found=final.found)}"
    if first == 0:
        # A short link starts without its values and must add them.
        where = "in the link itself" if len(states) == 1 else "from the link itself to the last page"
        number = 1
        if final.code == "utm_lost" and len(states) > 1:
            what, where = f"{name} is never added", "on the whole way"
            mend = f"Add {name}={expected} to the address that the short link leads to."
    else:
        number = first
        where = f"at hop {number}, which leads from {chain.hops[first - 1].url} to {chain.hops[first].url}"
    return [Problem(final.code, severity, number, name, f"{what} {where}.", mend)]


def _place(chain: Chain, destination: str) -> list[Problem]:
    """Whether the page is the one that was meant: a gone product's visitors often land on the front page."""
    wanted, reached = urlsplit(destination), urlsplit(chain.last.url)
    number = len(chain.hops)
    if _site(wanted.hostname) != _site(reached.hostname):
        message = f"It ends at {reached.hostname}, not at {wanted.hostname}."
        return [
            Problem(
                "other_site",
                Severity.WARNING,
                number,
                None,
                message,
                "Correct the destination if this is not meant.",
            )
        ]
    if wanted.path.strip("/") and not reached.path.strip("/"):
        message = f"It ends at the front page instead of {wanted.path}."
        mend = "The page that was meant seems to be gone; lead the link elsewhere."
        return [Problem("front_page", Severity.WARNING, number, None, message, mend)]
    return []


def _site(host: str | None) -> str:
    return (host or "").lower().removeprefix("www.")
