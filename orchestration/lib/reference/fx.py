"""Compile `fx_rates`: the euro reference rates of the European Central Bank, one row a day."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from orchestration.lib.reference.seed import ReferenceError, Seed

FIRST_DAY = date(2015, 1, 1)
CURRENCIES = (
    "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD", "NZD",
    "JPY", "BRL", "MXN", "INR", "ZAR", "SGD", "HKD", "CNY", "KRW", "TRY", "ILS",
)  # fmt: skip
NO_RATE = ("", "N/A")


def _read_history(archive: Path) -> str:
    if archive.suffix != ".zip":
        return archive.read_text(encoding="utf-8")
    with zipfile.ZipFile(archive) as packed:
        names = [name for name in packed.namelist() if name.endswith(".csv")]
        if len(names) != 1:
            raise ReferenceError(f"{archive}: expected one .csv inside, found {names}")
        return packed.read(names[0]).decode("utf-8")


def _rate(text: str, where: str) -> str:
    if text in NO_RATE:
        return ""
    try:
        rate = Decimal(text)
    except InvalidOperation as error:
        raise ReferenceError(f"{where}: {text!r} is no number") from error
    if not rate.is_finite() or rate <= 0:
        raise ReferenceError(f"{where}: a rate must be above 0, found {text!r}")
    return format(rate, "f")


def compile_fx_rates(archive: Path, first_day: date = FIRST_DAY) -> Seed:
    """Compile the seed from `eurofxref-hist.zip` (or the `.csv` inside it), oldest day first.

    Columns: `rate_date` and one per currency of `CURRENCIES` in lower case: units of it for one euro,
    empty where the bank published none. There are no rows for weekends and bank holidays.
    Source: https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip
    """
    reader = csv.DictReader(io.StringIO(_read_history(archive)))
    missing = {"Date", *CURRENCIES} - set(reader.fieldnames or ())
    if missing:
        names = ", ".join(sorted(missing))
        raise ReferenceError(f"{archive}: no column {names}; is it the bank's eurofxref-hist?")
    days: dict[date, tuple[str, ...]] = {}
    for line, row in enumerate(reader, start=2):
        day = date.fromisoformat(row["Date"])
        if day in days:
            raise ReferenceError(f"{archive}, line {line}: {day} comes twice")
        days[day] = tuple(_rate(row[code], f"{archive}, line {line}, column {code}") for code in CURRENCIES)
    rows = [(day.isoformat(), *rates) for day, rates in sorted(days.items()) if day >= first_day]
    return Seed.of("fx_rates", ("rate_date", *(code.lower() for code in CURRENCIES)), rows)
