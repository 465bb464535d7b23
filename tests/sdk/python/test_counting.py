"""Token counts by the official SDKs: of the vendor's own models, and of models that only somebody else serves."""

import itertools

import anthropic
import openai
import pytest
from google import genai
from google.genai import types

WORDS = "The quick brown fox jumps over the lazy dog."


def with_anthropic(world, model):
    with anthropic.Anthropic(
        base_url=world.base_url("anthropic"), api_key=world.key_for("anthropic"), max_retries=0, timeout=30
    ) as client:
        return client.messages.count_tokens(model=model, messages=[{"role": "user", "content": WORDS}]).input_tokens


def with_openai(world, model):
    with openai.OpenAI(
        base_url=f"{world.base_url('openai')}/v1", api_key=world.key_for("openai"), max_retries=0, timeout=30
    ) as client:
        counted = client.responses.input_tokens.count(model=model, input=WORDS)
    assert counted.object == "response.input_tokens"
    return counted.input_tokens


def with_gemini(world, model):
    options = types.HttpOptions(base_url=world.base_url("gemini"), timeout=30_000)
    client = genai.Client(api_key=world.key_for("gemini"), http_options=options)
    return client.models.count_tokens(model=model, contents=WORDS).total_tokens


COUNTERS = {"anthropic": with_anthropic, "openai": with_openai, "gemini": with_gemini}
MODELS = {"anthropic": "claude-sonnet-5", "openai": "gpt-4o", "gemini": "gemini-2.5-flash"}


@pytest.mark.parametrize("vendor", COUNTERS)
def test_the_vendor_counts_its_own_models(world, vendor):
    assert COUNTERS[vendor](world, MODELS[vendor]) > 0
    assert len(world[vendor].relayed()) == 1


@pytest.mark.gateway
@pytest.mark.parametrize(("vendor", "other"), list(itertools.permutations(COUNTERS, 2)))
def test_models_of_others_are_counted_too(world, vendor, other):
    assert 8 <= COUNTERS[vendor](world, MODELS[other]) <= 25
    assert len(world[other].relayed()) == 1, "who serves a model counts it, too"
