"""Reads the data file of `genai-prices`: Python source that holds constructor calls only. It is parsed, not run."""

import ast
import dataclasses
import datetime
import decimal
import re

from . import amounts
from .schedule import Price
from .vendors import VENDORS, bare_name

# Their unit → our class and how many units the price is for.
UNITS = {
    "input_mtok": ("input", 1_000_000),
    "cache_read_mtok": ("cache_read", 1_000_000),
    "cache_write_mtok": ("cache_write_5m", 1_000_000),
    "cache_write_5m_mtok": ("cache_write_5m", 1_000_000),
    "cache_write_1h_mtok": ("cache_write_1h", 1_000_000),
    "input_audio_mtok": ("input_audio", 1_000_000),
    "input_image_mtok": ("input_image", 1_000_000),
    "output_mtok": ("output", 1_000_000),
    "output_reasoning_mtok": ("reasoning", 1_000_000),
    "output_audio_mtok": ("output_audio", 1_000_000),
    "output_image_mtok": ("output_image", 1_000_000),
    "audio_hours": ("second", 3_600),
    "input_audio_hours": ("second", 3_600),
    "requests_kcount": ("call", 1_000),
    "rerank_searches_kcount": ("call", 1_000),
}

# Their conditions for a variant → our service level.
VARIANTS = {
    ("processing", "batch"): "batch",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
}


@dataclasses.dataclass
class Model:
    """`prices` are (first day or None, price), the one in force first. `matches` answers for a lower-case name."""

    names: list
    matches: object
    prices: list
    context: int | None
    ignored: set


def read(package, as_of):
    """Returns the models of each of our vendors, in the order in which their names are matched."""
    providers = {provider["id"]: provider for provider in evaluate(package.data)}
    return {
        name: [read_model(name, model, as_of) for id in vendor.genai for model in providers[id]["models"]]
        for name, vendor in VENDORS.items()
    }


def evaluate(source):
    assigned = next(node for node in ast.parse(source).body if isinstance(node, ast.AnnAssign))
    return value_of(assigned.value)


def value_of(node):
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [value_of(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {value_of(key): value_of(value) for key, value in zip(keys, values)}
        case ast.Call(func=ast.Name(id="Decimal"), args=[number]):
            return decimal.Decimal(value_of(number))
        case ast.Call(func=ast.Attribute(attr="date"), args=parts):
            return datetime.date(*(value_of(part) for part in parts))
        case ast.Call(func=function, keywords=keywords):
            kind = function.id if isinstance(function, ast.Name) else function.attr
            return {"kind": kind} | {keyword.arg: value_of(keyword.value) for keyword in keywords}
        case ast.Attribute(attr=name):
            return name
        case _:
            raise ValueError(f"unexpected {ast.dump(node)[:80]}")


def read_model(vendor, model, as_of):
    ignored = set()
    variants = model.get("price_variants") or []
    prices = [
        (day, with_variants(read_price(price, ignored), variants, day or as_of, ignored))
        for day, price in dated(model["prices"], as_of, ignored)
    ]
    literals = [text.lower() for text in literal_names(model["match"])]
    names = sorted({bare_name(vendor, name) for name in [model["id"], *literals]})
    return Model(names, lambda name: is_match(model["match"], name), prices, model.get("context_window"), ignored)


def dated(prices, as_of, ignored):
    """Returns (first day, price): the one in force at `as_of`, then those that are to follow."""
    if isinstance(prices, dict):
        return [(None, prices)]
    if any(kind_of(price) == "TimeOfDateConstraint" for price in prices):
        # Off-peak discounts are not modelled: the dearest hour counts.
        ignored.add("time of day")
        return [(None, max((price["prices"] for price in prices), key=lambda price: base_of(price["output_mtok"])))]
    starts = [(start_of(price), price["prices"]) for price in prices]
    current = [price for start, price in starts if start is None or start <= as_of]
    future = sorted(((start, price) for start, price in starts if start and start > as_of), key=lambda item: item[0])
    return [(None, current[-1] if current else starts[0][1]), *future]


def kind_of(price):
    return (price.get("constraint") or {}).get("kind")


def start_of(price):
    return (price.get("constraint") or {}).get("start_date")


def base_of(rate):
    return rate["base"] if isinstance(rate, dict) else rate


def read_price(fields, ignored, service="standard", price=None):
    price = price or Price()
    for unit, rate in fields.items():
        if unit == "kind" or rate is None:
            continue
        if unit not in UNITS:
            ignored.add(unit)
            continue
        name, per = UNITS[unit]
        tiers = rate["tiers"] if isinstance(rate, dict) else []
        price.put(service, 0, name, amounts.per_million(base_of(rate), per))
        for tier in tiers:
            price.put(service, tier["start"], name, amounts.per_million(tier["price"], per))
    return price


def with_variants(price, variants, day, ignored):
    for variant in variants:
        start = (variant.get("constraint") or {}).get("start_date")
        service = VARIANTS.get(next(iter(variant["when"].items())))
        if service is None or len(variant["when"]) != 1:
            ignored.add("variant " + ", ".join("=".join(item) for item in variant["when"].items()))
        elif start is None or start <= day:
            read_price(variant["prices"], ignored, service, price)
    return price


def is_match(clause, name):
    match clause["kind"]:
        case "ClauseEquals":
            return name == clause["equals"].lower()
        case "ClauseStartsWith":
            return name.startswith(clause["starts_with"].lower())
        case "ClauseEndsWith":
            return name.endswith(clause["ends_with"].lower())
        case "ClauseContains":
            return clause["contains"].lower() in name
        case "ClauseRegex":
            return re.search(clause["regex"], name) is not None
        case "ClauseOr":
            return any(is_match(part, name) for part in clause["or_"])
        case "ClauseAnd":
            return all(is_match(part, name) for part in clause["and_"])
        case kind:
            raise ValueError(f"unexpected clause {kind}")


def literal_names(clause):
    """Returns the texts in a clause that are names of the model by themselves."""
    match clause["kind"]:
        case "ClauseEquals":
            return [clause["equals"]]
        case "ClauseStartsWith":
            return [clause["starts_with"]]
        case "ClauseOr":
            return [name for part in clause["or_"] for name in literal_names(part)]
        case _:
            return []
