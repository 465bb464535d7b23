"""A price under construction: rates by service level and context tier."""

from . import amounts


class Price:
    """Rates as `rates[service][above][class]`; `above` is 0 for the base."""

    def __init__(self):
        self.rates = {}

    def put(self, service, above, name, rate):
        self.rates.setdefault(service, {}).setdefault(above, {})[name] = rate

    def get(self, service, above, name):
        return self.rates.get(service, {}).get(above, {}).get(name)

    def items(self):
        for service, tiers in self.rates.items():
            for above, rates in tiers.items():
                for name, rate in rates.items():
                    yield service, above, name, rate

    def is_free(self):
        return all(rate == 0 for *_, rate in self.items())

    def without_zeros(self):
        cleaned = Price()
        for service, above, name, rate in self.items():
            if rate > 0:
                cleaned.put(service, above, name, rate)
        return cleaned

    def without_borrowed(self):
        """Leaves out classes that cost everywhere what the class costs whose rate they take when they have none: then
        they also follow it in service levels that do not name them."""
        redundant = {
            name
            for name, lender in amounts.BORROWS.items()
            if all(rate == self.get(service, above, lender) for service, above, n, rate in self.items() if n == name)
        }
        kept = Price()
        for service, above, name, rate in self.items():
            if name not in redundant:
                kept.put(service, above, name, rate)
        return kept

    def is_empty(self):
        return "standard" not in self.rates or 0 not in self.rates["standard"]

    def filled_from(self, other):
        """Returns this price with every rate that only `other` has."""
        filled = Price()
        for price in (other, self):
            for item in price.items():
                filled.put(*item)
        return filled

    def to_json(self):
        """Returns the form that the gateway reads."""
        written = {}
        for service in amounts.SERVICES:
            tiers = self.rates.get(service, {})
            schedule = {"base": ordered(tiers.get(0, {}))}
            above = [{"above": above, "rates": ordered(tiers[above])} for above in sorted(tiers) if above > 0]
            if above:
                schedule["tiers"] = above
            if service == "standard" or schedule["base"] or above:
                written[service] = schedule
        return written


def ordered(rates):
    return {name: rates[name] for name in amounts.CLASSES if name in rates}
