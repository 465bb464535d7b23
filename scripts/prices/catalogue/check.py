"""Says what is wrong with a catalogue."""

import json

from . import amounts
from .merge import FORMAT

# Beyond $100,000 per million tokens or $10,000 per call, image or second there is a slip of the decimal point.
HIGHEST = {name: 10**11 if name in amounts.TOKENS else 10**16 for name in amounts.CLASSES}
FIELDS = {"names", "home", "context", "max_output", "sources", "disputed", "prices"}


def load(text):
    """Reads a catalogue; a number that is no integer, or a key that stands twice, is an error."""
    return json.loads(text, parse_float=refuse, object_pairs_hook=unique)


def refuse(number):
    raise ValueError(f"{number} is not an integer")


def unique(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError(f"a key stands twice among {[key for key, _ in pairs]}")
    return dict(pairs)


def problems(catalogue):
    """Returns one line for each fault."""
    found = [] if catalogue.get("format") == FORMAT else [f"the format is not {FORMAT}"]
    for source in catalogue["sources"]:
        if source.get("license") != "MIT":
            found.append(f"{source['name']} is not under the MIT licence")
    known = {source["name"] for source in catalogue["sources"]}
    for vendor, records in catalogue["vendors"].items():
        seen = set()
        for record in records:
            where = f"{vendor} {record['names'][0]}"
            found += [f"{where}: {fault}" for fault in record_problems(record, known)]
            found += [f"{where}: the name {name} stands twice" for name in record["names"] if name in seen]
            seen.update(record["names"])
    return found


def record_problems(record, known):
    if set(record) - FIELDS:
        yield f"unknown fields {sorted(set(record) - FIELDS)}"
    if any(name != name.strip().lower() or not name for name in record["names"]):
        yield "a name is empty or not lower case"
    if any("*" in name and not (name.startswith("ft:") and name.endswith(":*")) for name in record["names"]):
        yield "a name is a pattern"
    if not set(record["sources"]) <= known:
        yield "a source is not declared"
    starts = [item["from"] for item in record["prices"]]
    if not starts or starts[0] != 0 or sorted(set(starts)) != starts:
        yield "prices do not begin at 0 or are not in order"
    for item in record["prices"]:
        yield from price_problems(item["price"])


def price_problems(price):
    if not price["standard"]["base"]:
        yield "a price states no rate"
    if set(price) - set(amounts.SERVICES):
        yield "a service level is unknown"
    for schedule in price.values():
        above = [tier["above"] for tier in schedule.get("tiers", [])]
        if sorted(set(above)) != above or any(threshold <= 0 for threshold in above):
            yield "tiers are not in order"
        for rates in [schedule["base"], *(tier["rates"] for tier in schedule.get("tiers", []))]:
            for name, rate in rates.items():
                if name not in HIGHEST or not isinstance(rate, int) or not 0 <= rate <= HIGHEST[name]:
                    yield f"{name} = {rate} is no plausible rate"
