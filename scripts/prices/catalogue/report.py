"""Writes what a person has to know before committing a new catalogue."""

import json

LONGEST_LIST = 150


def write(built, previous):
    catalogue = built.catalogue
    taken = ", ".join(f"{source['name']} {source['version']} ({source['license']})" for source in catalogue["sources"])
    disputed = built.notes.get("disputed", [])
    parts = [
        "# Report on the built-in prices",
        "Written by `scripts/prices/update`; do not edit. Rates are US dollars per million tokens, calls, seconds or images.",
        f"Data: {taken}. Prices in force on {catalogue['as_of']}.",
        "## Counts",
        counts(catalogue),
        "## Changes since the committed catalogue",
        changes(catalogue, previous),
        "## Disputed",
        "The data sets differ by more than rounding. `genai-prices` is used, unless it covers the name by a pattern only; "
        "the entry is marked as disputed.",
        table(["vendor", "model", "rate", "genai-prices", "litellm"], [disputed_row(*note) for note in disputed]),
        "## Prices that are to change",
        table(["vendor", "model", "from"], built.notes.get("future", [])),
        "## Without a usable price",
        "Zero, empty, or charged by something the gateway does not count (characters, pages, pixels). They are not in the "
        "catalogue.",
        by_vendor(built.notes.get("without a usable price", [])),
        "## Left out",
        "Parts of prices that the gateway has no class for, and how many models have them.",
        left_out(built.notes.get("left out", [])),
    ]
    return "\n\n".join(parts) + "\n"


def counts(catalogue):
    rows, total = [], [0, 0, 0, 0, 0]
    for vendor, records in sorted(catalogue["vendors"].items()):
        both = sum(len(record["sources"]) == 2 for record in records)
        disputed = sum("disputed" in record for record in records)
        tiered = sum(any("tiers" in part for part in record["prices"][0]["price"].values()) for record in records)
        row = [len(records), sum(len(record["names"]) for record in records), both, disputed, tiered]
        total = [a + b for a, b in zip(total, row)]
        rows.append([vendor, *row])
    return table(["vendor", "prices", "names", "in both data sets", "disputed", "with tiers"], [*rows, ["all", *total]])


def changes(catalogue, previous):
    if previous is None:
        return "There was none."
    old, new = flat(previous), flat(catalogue)
    added, gone = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    changed = sorted(key for key in new.keys() & old.keys() if new[key] != old[key])
    lines = [f"{len(added)} names are new, {len(gone)} are gone, {len(changed)} have another price."]
    lines += listed("New", added) + listed("Gone", gone)
    if changed:
        rows = [[*key, old[key], new[key]] for key in changed[:LONGEST_LIST]]
        lines.append(table(["vendor", "model", "was", "is"], rows))
    return "\n\n".join(lines)


def flat(catalogue):
    """Returns the standard rates in force by vendor and name, as text."""
    found = {}
    for vendor, records in catalogue["vendors"].items():
        for record in records:
            text = json.dumps(record["prices"][0]["price"]["standard"], sort_keys=True)
            found |= {(vendor, name): text for name in record["names"]}
    return found


def listed(title, keys):
    if not keys:
        return []
    more = f" and {len(keys) - LONGEST_LIST} more" if len(keys) > LONGEST_LIST else ""
    return [f"{title}: " + ", ".join(f"{vendor} `{name}`" for vendor, name in keys[:LONGEST_LIST]) + more + "."]


def disputed_row(vendor, name, dispute):
    rate, ours, theirs = dispute
    return [vendor, f"`{name}`", rate, dollars(ours), dollars(theirs)]


def dollars(rate):
    return f"{rate // 1_000_000}.{rate % 1_000_000:06}".rstrip("0").rstrip(".")


def by_vendor(notes):
    names = {}
    for vendor, name, _ in notes:
        names.setdefault(vendor, []).append(name)
    return "\n".join(f"- {vendor} ({len(models)}): {', '.join(models)}" for vendor, models in sorted(names.items())) or "None."


def left_out(notes):
    units = {}
    for vendor, name, unit in notes:
        units.setdefault(unit, set()).add((vendor, name))
    rows = sorted(((unit, len(models)) for unit, models in units.items()), key=lambda row: (-row[1], row[0]))
    return table(["field", "models"], rows)


def table(head, rows):
    if not rows:
        return "None."
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
