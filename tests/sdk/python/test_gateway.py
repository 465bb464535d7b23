"""What only a gateway can do: keys in every place, fail-over, headers that are kept back."""

import json

import openai
import pytest
from conftest import http

pytestmark = pytest.mark.gateway
CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
MESSAGE = {"model": "claude-sonnet-5", "max_tokens": 50, "messages": [{"role": "user", "content": "Hi"}]}
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent"


def with_key(place, key):
    headers = {"bearer": {"authorization": f"Bearer {key}"}, "query": {}}.get(place, {place: key})
    return headers, f"?key={key}" if place == "query" else ""


@pytest.mark.parametrize("place", ["bearer", "x-api-key", "x-goog-api-key", "query"])
@pytest.mark.parametrize("prefix", ["ag-", "sk-", ""])
@pytest.mark.parametrize(
    ("name", "path", "body"),
    [("openai", "/v1/chat/completions", CHAT), ("anthropic", "/v1/messages", MESSAGE), ("gemini", GENERATE, CONTENTS)],
)
def test_a_key_is_taken_from_every_place(world, place, prefix, name, path, body):
    key = prefix + world.key.removeprefix("ag-")
    headers, query = with_key(place, key)
    if name == "anthropic":
        headers["anthropic-version"] = "2023-06-01"
    status, _, answer = http("POST", world.base_url(name) + path + query, body, headers)
    assert status == 200, answer
    seen = world[name].relayed()[0]
    # Neither the key nor any part of it reaches an upstream.
    assert world.key.removeprefix("ag-") not in json.dumps(seen)


def test_headers_bound_to_the_callers_account_are_kept_back(world):
    client = openai.OpenAI(
        base_url=f"{world.gateway_url}/v1", api_key=world.key, organization="org-mine", project="proj-mine", max_retries=0
    )
    client.chat.completions.create(**CHAT)
    names = [name for name, _ in world["openai"].relayed()[0]["headers"]]
    assert "openai-organization" not in names and "openai-project" not in names


def test_traces_of_the_way_are_kept_back(world):
    headers = {
        "authorization": f"Bearer {world.key}", "x-forwarded-for": "1.2.3.4", "forwarded": "for=1.2.3.4", "via": "1.1 a",
        "cookie": "session=1", "x-real-ip": "1.2.3.4",
    }
    # The upstream refuses a request with any of these.
    status, _, answer = http("POST", f"{world.gateway_url}/v1/chat/completions", CHAT, headers)
    assert status == 200, answer


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503])
@pytest.mark.parametrize("stream", [False, True])
def test_the_next_provider_answers_when_one_fails(world, status, stream):
    world["openai"].fail(status)
    body = {**CHAT, "model": "shared-model", "stream": stream}
    got, headers, answer = http(
        "POST", f"{world.gateway_url}/v1/chat/completions", body, {"authorization": f"Bearer {world.key}"}
    )
    assert got == 200 and b"said" in answer
    assert len(world["openai-b"].relayed()) == 1 and headers["x-sluice-call"]


@pytest.mark.parametrize(
    "act",
    [
        {"cut": {"kind": "reset_before_head"}},
        {"cut": {"kind": "reset_after_chunks", "chunks": 0}},
        {"cut": {"kind": "error_after_chunks", "chunks": 0, "failure": {"status": 500, "message": "x"}}},
    ],
)
def test_a_stream_that_fails_before_its_first_frame_is_started_elsewhere(world, act):
    world["openai"].script(**act)
    body = {**CHAT, "model": "shared-model", "stream": True}
    got, _, answer = http(
        "POST", f"{world.gateway_url}/v1/chat/completions", body, {"authorization": f"Bearer {world.key}"}
    )
    assert got == 200 and answer.endswith(b"data: [DONE]\n\n") and b"scripted" not in answer


# A model of its own: those that failed rest.
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_fault_of_the_client_is_returned_at_once(world, status):
    world["openai"].fail(status)
    body = {**CHAT, "model": "shared-too"}
    headers = {"authorization": f"Bearer {world.key}"}
    assert http("POST", f"{world.gateway_url}/v1/chat/completions", body, headers)[0] == status
    assert world["openai-b"].relayed() == []


def test_models_come_in_the_dialect_that_is_asked(world):
    bearer = {"authorization": f"Bearer {world.key}"}
    openai_list = json.loads(http("GET", f"{world.gateway_url}/v1/models", headers=bearer)[2])
    assert openai_list["object"] == "list"
    anthropic = {"x-api-key": world.key, "anthropic-version": "2023-06-01"}
    anthropic_list = json.loads(http("GET", f"{world.gateway_url}/v1/models", headers=anthropic)[2])
    assert "has_more" in anthropic_list
    gemini = {"x-goog-api-key": world.key}
    gemini_list = json.loads(http("GET", f"{world.gateway_url}/v1beta/models", headers=gemini)[2])
    assert all(model["name"].startswith("models/") for model in gemini_list["models"])


@pytest.mark.parametrize(
    ("path", "pointer"),
    [("/v1/chat/completions", ("error", "code")), ("/v1/messages", ("error", "type")), (GENERATE, ("error", "status"))],
)
def test_an_unknown_key_is_refused_in_the_dialect(world, path, pointer):
    key = "ag-" + "x" * 48
    headers = {"authorization": f"Bearer {key}", "anthropic-version": "2023-06-01"}
    status, _, answer = http("POST", world.gateway_url + path, CHAT, headers)
    value = json.loads(answer)
    for name in pointer:
        value = value[name]
    assert status == 401 and value
    assert all(upstream.relayed() == [] for upstream in world.upstreams.values())


def test_an_unknown_model_is_refused_with_a_reason(world):
    headers = {"authorization": f"Bearer {world.key}"}
    status, _, answer = http("POST", f"{world.gateway_url}/v1/chat/completions", {**CHAT, "model": "nobody-has"}, headers)
    assert status in (400, 404, 503) and b"nobody-has" in answer
