"""Joins the data sets into the catalogue.

Where both have a model, `genai-prices` counts, because its prices carry dates and are checked against the vendors'
pages; what only `litellm` has is added if the two agree on the rates they share. Where they do not, the entry is marked
as disputed and keeps both values; a name that `litellm` lists and `genai-prices` only covers by a pattern, such as that
of a region, then has the price of `litellm`. A price of zero in one data set alone is not believed: in both it often stands for
"unknown".
"""

import dataclasses
import datetime
import json
import re

from . import amounts, sources
from .schedule import Price
from .vendors import VENDORS, is_home

FORMAT = 1
MONTH, DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
DATE_AT_END = re.compile(rf"(?:-20[2-9]\d-{MONTH}-{DAY}|[-@]20[2-9]\d{MONTH}{DAY})$")


@dataclasses.dataclass
class Built:
    catalogue: dict
    as_of: datetime.date
    notes: dict = dataclasses.field(default_factory=dict)

    def note(self, kind, vendor, name, text=""):
        self.notes.setdefault(kind, []).append((vendor, name, text))


def build(genai, litellm, as_of):
    listed = [{"name": name, "version": version, "license": "MIT"} for name, version in sorted(sources.VERSIONS.items())]
    catalogue = {"format": FORMAT, "as_of": as_of.isoformat(), "sources": listed, "vendors": {}}
    built = Built(catalogue, as_of)
    for vendor in VENDORS:
        records = {}
        for name in filter(is_name, sorted(names_of(genai[vendor]) | set(litellm[vendor]))):
            # A provider matches names in order: the first model that answers for a name is meant.
            ours = next((model for model in genai[vendor] if model.matches(name)), None)
            ours = ours or next((model for model in genai[vendor] if name in model.names), None)
            record = make_record(built, vendor, name, ours, litellm[vendor].get(name))
            if record:
                records[name] = record
        catalogue["vendors"][vendor] = grouped(records)
    return built


def names_of(models):
    return {name for model in models for name in model.names}


def is_name(name):
    """Returns whether requests can give the name: beginnings and patterns stand among the names of the data sets."""
    return "*" not in name and not name.endswith(("-", "/", ":", "."))


def make_record(built, vendor, name, ours, theirs):
    for model in filter(None, (ours, theirs)):
        for unit in model.ignored:
            built.note("left out", vendor, name, unit)
    prices = believed(ours.prices, name) if ours else []
    price = believed([(None, theirs.price)], name)[0][1] if theirs else Price()
    if ours and prices[0][1].is_empty():
        prices = []
    if not prices and price.is_empty():
        built.note("without a usable price", vendor, name)
        return None
    record, disputes = {}, {}
    if not prices:
        prices, origin = [(None, price)], ["litellm"]
    elif price.is_empty():
        origin = ["genai-prices"]
    else:
        origin = ["genai-prices", "litellm"]
        disputes = compare(prices[0][1], price)
        if disputes and name not in ours.names:
            prices = [(None, price)]
        elif not disputes:
            prices[0] = (None, prices[0][1].filled_from(price))
        for where, values in disputes.items():
            built.note("disputed", vendor, name, (where, *values))
    for day, _ in prices[1:]:
        built.note("future", vendor, name, day.isoformat())
    if is_home(vendor, name):
        record["home"] = True
    record |= {key: value for key, value in limits(ours, theirs).items() if value}
    record["sources"] = origin
    if disputes:
        record["disputed"] = {where: {"genai-prices": a, "litellm": b} for where, (a, b) in disputes.items()}
    record["prices"] = [{"from": milliseconds(day), "price": price.without_borrowed().to_json()} for day, price in prices]
    return record


def believed(prices, name):
    """Drops zeros, but for models that are free by name."""
    return [(day, price if price.is_free() and name.endswith(":free") else price.without_zeros()) for day, price in prices]


def compare(ours, theirs):
    """Returns the standard rates that both state and that differ by more than rounding."""
    found = {}
    for service, above, name, rate in sorted(ours.items(), key=str):
        other = theirs.get(service, above, name)
        if service == "standard" and other is not None and amounts.differ(rate, other):
            found[name if above == 0 else f"{name} above {above}"] = (rate, other)
    return found


def limits(ours, theirs):
    context = (ours and ours.context) or (theirs and theirs.context)
    return {"context": context, "max_output": theirs and theirs.max_output}


def milliseconds(day):
    if day is None:
        return 0
    midnight = datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc)
    return int(midnight.timestamp()) * 1_000


def grouped(records):
    """Returns records with all names that share one. A dated name that costs what the undated one does is dropped: the
    gateway finds it without the date."""
    groups = {}
    for name, record in records.items():
        undated = DATE_AT_END.sub("", name)
        if undated != name and records.get(undated) == record:
            continue
        groups.setdefault(json.dumps(record, sort_keys=True), []).append(name)
        if name.startswith("ft:"):
            groups[json.dumps(record, sort_keys=True)].append(f"{name}:*")
    return [{"names": sorted(names)} | json.loads(record) for record, names in sorted(groups.items(), key=lambda g: g[1])]


def to_text(catalogue):
    """Returns the one text of a catalogue: one line for each record, so that changes read well."""
    head = {key: catalogue[key] for key in ("format", "as_of", "sources")}
    lines = [json.dumps(head, separators=(",", ":"))[:-1] + ',"vendors":{']
    vendors = sorted(catalogue["vendors"].items())
    for position, (vendor, records) in enumerate(vendors):
        written = ",\n".join(json.dumps(tidy(record), separators=(",", ":"), ensure_ascii=False) for record in records)
        comma = "," if position < len(vendors) - 1 else ""
        lines.append(f"{json.dumps(vendor)}:[\n{written}]{comma}" if records else f"{json.dumps(vendor)}:[]{comma}")
    return "\n".join(lines) + "\n}}\n"


def tidy(record):
    """Returns the record with its fields, and the classes of its rates, in one order."""
    order = ["names", "home", "context", "max_output", "sources", "disputed", "prices"]
    ordered = {key: record[key] for key in order if key in record}
    if "disputed" in ordered:
        ordered["disputed"] = dict(sorted(ordered["disputed"].items()))
    ordered["prices"] = [{"from": item["from"], "price": tidy_price(item["price"])} for item in record["prices"]]
    return ordered


def tidy_price(price):
    tidied = {}
    for service in (service for service in amounts.SERVICES if service in price):
        schedule = price[service]
        tidied[service] = {"base": tidy_rates(schedule["base"])}
        if schedule.get("tiers"):
            tiers = sorted(schedule["tiers"], key=lambda tier: tier["above"])
            tidied[service]["tiers"] = [{"above": t["above"], "rates": tidy_rates(t["rates"])} for t in tiers]
    return tidied


def tidy_rates(rates):
    return {name: rates[name] for name in amounts.CLASSES if name in rates}
