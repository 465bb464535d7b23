"""Reads the price list of `litellm`: one JSON object with the price of a single token in each field."""

import dataclasses
import decimal
import json
import re

from . import amounts
from .schedule import Price
from .vendors import VENDORS, bare_name, litellm_vendor

FIELDS = {
    "input_cost_per_token": "input",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "input_cost_per_audio_token": "input_audio",
    "input_cost_per_image_token": "input_image",
    "output_cost_per_token": "output",
    "output_cost_per_reasoning_token": "reasoning",
    "output_cost_per_audio_token": "output_audio",
    "output_cost_per_image_token": "output_image",
    "input_cost_per_query": "call",
    "input_cost_per_request": "call",
    "input_cost_per_second": "second",
    "output_cost_per_second": "second",
    "output_cost_per_video_per_second": "second",
    "output_cost_per_image": "image",
}
SERVICES = {None: "standard", "batches": "batch", "flex": "flex", "priority": "priority"}
FIELD = re.compile(
    r"^(?P<base>[a-z_]+?(?:_above_1hr)?)(?:_above_(?P<above>\d+)k_tokens)?(?:_(?P<service>batches|flex|priority))?$"
)
# Video is dearer in high resolution; the dearest counts, because the request's is not known here.
RESOLUTION = re.compile(r"^output_cost_per_second_\d+[pk]$")
COST = re.compile(r"cost|pricing")
# In these modes a call is charged by its own unit, elsewhere such fields are charges for extras.
UNIT_MODES = {
    "call": {"rerank", "search", "moderation", "chat", "image_generation"},
    "second": {"audio_transcription", "audio_speech", "video_generation"},
    "image": {"image_generation", "image_edit"},
}


@dataclasses.dataclass
class Model:
    name: str
    price: Price
    context: int | None
    max_output: int | None
    ignored: set


def read(package):
    """Returns the models of each of our vendors by name."""
    listed = json.loads(package.data, parse_float=decimal.Decimal)
    models = {vendor: {} for vendor in VENDORS}
    for name, fields in sorted(listed.items()):
        vendor = litellm_vendor(str(fields.get("litellm_provider")))
        if vendor is None or name == "sample_spec":
            continue
        model = read_model(bare_name(vendor, name), fields)
        models[vendor].setdefault(model.name, model)
    return models


def read_model(name, fields):
    price, ignored = Price(), set()
    for field, dollars in fields.items():
        if not isinstance(dollars, (int, decimal.Decimal)) or isinstance(dollars, bool) or not COST.search(field):
            continue
        key = "output_cost_per_second" if RESOLUTION.match(field) else field
        parts = FIELD.match(key)
        target = FIELDS.get(parts["base"]) if parts else None
        if target is None:
            ignored.add(field)
            continue
        above, service = int(parts["above"] or 0) * 1_000, SERVICES[parts["service"]]
        rate = amounts.per_million(dollars)
        price.put(service, above, target, max(rate, price.get(service, above, target) or 0))
    read_ranges(fields.get("tiered_pricing"), price)
    return Model(name, by_mode(price, fields.get("mode")), context_of(fields), limit(fields, "max_output_tokens"), ignored)


def read_ranges(ranges, price):
    """Reads `tiered_pricing`: rates by range of input tokens."""
    for part in ranges or []:
        if not part.get("range"):
            continue
        for field, name in FIELDS.items():
            if field in part and name in amounts.TOKENS:
                price.put("standard", int(part["range"][0]), name, amounts.per_million(part[field]))


def by_mode(price, mode):
    """Leaves out units that the mode does not charge by, or that would charge the same work twice."""
    kept = Price()
    has_output_tokens = any(rate > 0 and name.startswith("output") for *_, name, rate in price.items())
    has_tokens = any(rate > 0 and name in amounts.TOKENS for *_, name, rate in price.items())
    for service, above, name, rate in price.items():
        modes = UNIT_MODES.get(name)
        if modes and mode not in modes:
            continue
        if (name == "image" and has_output_tokens) or (name == "second" and has_tokens):
            continue
        kept.put(service, above, name, rate)
    return kept


def context_of(fields):
    return limit(fields, "max_input_tokens") or limit(fields, "max_tokens")


def limit(fields, field):
    value = fields.get(field)
    return value if isinstance(value, int) and value > 0 else None
