"""Tests of the catalogue script: python3 -m unittest discover -s scripts/prices"""

import datetime
import decimal
import json
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from catalogue import amounts, check, genai, litellm, merge, report, sources, vendors  # noqa: E402

AS_OF = datetime.date(2026, 11, 21)

GENAI = """
import datetime
providers: list[Provider] = [
    Provider(id='openai', models=[
        ModelInfo(
            id='gpt-9',
            match=ClauseOr(or_=[ClauseEquals(equals='gpt-9'), ClauseStartsWith(starts_with='gpt-9-turbo')]),
            context_window=1000,
            prices=[
                ConditionalPrice(prices=ModelPrice(input_mtok=Decimal('9'))),
                ConditionalPrice(
                    constraint=StartDateConstraint(start_date=datetime.date(2026, 1, 1)),
                    prices=ModelPrice(
                        input_mtok=TieredPrices(base=Decimal('2'), tiers=[Tier(start=100, price=Decimal('4'))]),
                        output_mtok=Decimal('8'),
                        output_reasoning_mtok=Decimal('8'),
                        web_searches_kcount=Decimal('10'),
                    ),
                ),
                ConditionalPrice(
                    constraint=StartDateConstraint(start_date=datetime.date(2027, 1, 1)),
                    prices=ModelPrice(input_mtok=Decimal('1'), output_mtok=Decimal('0.0000001')),
                ),
            ],
            price_variants=[
                PriceVariant(when={'processing': 'batch'}, prices=ModelPrice(input_mtok=Decimal('1')), constraint=None)
            ],
        ),
        ModelInfo(id='free', match=ClauseEquals(equals='free'), prices=ModelPrice(input_mtok=Decimal('0'))),
    ])
]
"""

LITELLM = {
    "gpt-9": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 2e-06,
        "output_cost_per_token": 9e-06,
        "max_output_tokens": 50,
    },
    "gpt-9-2026-01-31": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 1.0000000000000002e-06,
        "cache_creation_input_token_cost": 0,
    },
    "gpt-9-2026-99-31": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 3e-06},
    "gpt-9-turbo-eu": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 3e-06},
    "hear-1": {
        "litellm_provider": "openai",
        "mode": "audio_transcription",
        "input_cost_per_second": 0.0001,
        "output_cost_per_second": 0.0001,
    },
    "elsewhere": {"litellm_provider": "nobody", "mode": "chat", "input_cost_per_token": 1e-06},
}


def package(name, data):
    return sources.Package(name, sources.VERSIONS[name], "0" * 64, sources.GRANT, data)


def built():
    first = "providers: list[Provider] = [" + ", ".join(
        f"Provider(id='{id}', models=[])" for vendor in vendors.VENDORS.values() for id in vendor.genai if id != "openai"
    )
    source = GENAI.replace("providers: list[Provider] = [", first + ",", 1)
    ours = genai.read(package("genai-prices", source), AS_OF)
    theirs = litellm.read(package("litellm", json.dumps(LITELLM)))
    return merge.build(ours, theirs, AS_OF)


def records():
    listed = built().catalogue["vendors"]["openai"]
    return {name: record for record in listed for name in record["names"]}


class Catalogue(unittest.TestCase):
    def test_a_model_has_the_price_in_force_its_tiers_variants_and_what_is_to_come(self):
        record = records()["gpt-9"]
        standard = {"base": {"input": 2000000, "output": 8000000}, "tiers": [{"above": 100, "rates": {"input": 4000000}}]}
        now, later = record["prices"]
        self.assertEqual(now, {"from": 0, "price": {"standard": standard, "batch": {"base": {"input": 1000000}}}})
        self.assertEqual(later["from"], 1798761600000)
        self.assertEqual(later["price"]["standard"], {"base": {"input": 1000000, "output": 1}})
        self.assertEqual((record["context"], record["max_output"], record["home"]), (1000, 50, True))

    def test_a_disagreement_is_marked_with_both_values(self):
        self.assertEqual(records()["gpt-9"]["disputed"], {"output": {"genai-prices": 8000000, "litellm": 9000000}})

    def test_an_exact_name_counts_more_than_a_pattern(self):
        record = records()["gpt-9-turbo-eu"]
        self.assertEqual(record["prices"], [{"from": 0, "price": {"standard": {"base": {"input": 3000000}}}}])
        self.assertEqual(record["disputed"], {"input": {"genai-prices": 2000000, "litellm": 3000000}})

    def test_names_come_from_both_sets_and_zero_and_strangers_do_not(self):
        names = set(records())
        self.assertEqual(names, {"gpt-9", "gpt-9-turbo", "gpt-9-turbo-eu", "gpt-9-2026-01-31", "gpt-9-2026-99-31", "hear-1"})

    def test_float_noise_and_zeros_of_single_classes_are_dropped(self):
        price = records()["gpt-9-2026-01-31"]["prices"][0]["price"]
        self.assertEqual(price, {"standard": {"base": {"input": 1000000}}})

    def test_a_second_is_charged_once(self):
        self.assertEqual(records()["hear-1"]["prices"][0]["price"], {"standard": {"base": {"second": 100000000}}})

    def test_a_dated_name_that_costs_the_same_is_left_to_the_date_rule(self):
        record = {"prices": 1}
        groups = merge.grouped({"m": record, "m-2026-01-31": dict(record), "m-20260131": {"prices": 2}})
        self.assertEqual([group["names"] for group in groups], [["m"], ["m-20260131"]])

    def test_what_is_written_is_sound_and_stays_the_same_when_it_is_read_again(self):
        text = merge.to_text(built().catalogue)
        self.assertEqual(check.problems(check.load(text)), [])
        self.assertEqual(merge.to_text(check.load(text)), text)

    def test_the_check_finds_faults(self):
        for fault in (
            lambda r: r.update(names=["Upper"]),
            lambda r: r.update(names=["a*"]),
            lambda r: r.update(extra=1),
            lambda r: r.update(sources=["hearsay"]),
            lambda r: r["prices"][0].update({"from": 5}),
            lambda r: r["prices"][0]["price"]["standard"].update(base={}),
            lambda r: r["prices"][0]["price"]["standard"]["base"].update(input=-1),
            lambda r: r["prices"][0]["price"]["standard"]["base"].update(unknown=1),
        ):
            catalogue = built().catalogue
            fault(catalogue["vendors"]["openai"][0])
            self.assertTrue(check.problems(catalogue))
        with self.assertRaises(ValueError):
            check.load('{"a": 1.5}')
        with self.assertRaises(ValueError):
            check.load('{"a": 1, "a": 2}')

    def test_the_report_tells_what_is_disputed_and_what_changed(self):
        now = built()
        before = check.load(merge.to_text(now.catalogue).replace('"input":2000000', '"input":2100000'))
        text = report.write(now, before)
        self.assertIn("| openai | `gpt-9` | output | 8 | 9 |", text)
        self.assertIn("0 names are new, 0 are gone, 2 have another price.", text)
        self.assertIn("| web_searches_kcount | 3 |", text)

    def test_rates_are_rounded_up_and_only_real_differences_count(self):
        rates = [amounts.per_million(decimal.Decimal(text), per) for text, per in (("0.04", 3600), ("2.5", 1_000_000))]
        self.assertEqual(rates, [11111112, 2500000])
        self.assertEqual([amounts.differ(a, b) for a, b in ((1000000, 1004000), (1000000, 1006000), (1, 2))], [False, True, False])


if __name__ == "__main__":
    unittest.main()
