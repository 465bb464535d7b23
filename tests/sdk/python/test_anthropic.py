"""The anthropic SDK."""

import asyncio
import base64
import time

import anthropic
import pytest
from conftest import DIRECT, PIXEL, SIX_MEGABYTES, cancelled_within

ASK = [{"role": "user", "content": "Hello there"}]
MODEL = "claude-sonnet-5"
WEATHER = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]},
}


@pytest.fixture
def client(world):
    with anthropic.Anthropic(
        base_url=world.base_url("anthropic"), api_key=world.key_for("anthropic"), max_retries=0, timeout=30
    ) as client:
        yield client


def create(client, **more):
    return client.messages.create(**{"model": MODEL, "max_tokens": 500, "messages": ASK, **more})


def test_a_message_is_answered(client, world):
    answer = create(client)
    assert answer.content[0].text == "You said: Hello there" and answer.stop_reason == "end_turn"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (3, 6)
    headers = dict(world["anthropic"].relayed()[0]["headers"])
    assert headers["anthropic-version"] == client.default_headers["anthropic-version"]


def test_a_message_streams(client):
    with client.messages.stream(model=MODEL, max_tokens=500, messages=ASK) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text == "You said: Hello there" and final.usage.output_tokens == 6


def test_thinking_streams_with_its_signature(client):
    with client.messages.stream(
        model=MODEL, max_tokens=2000, messages=ASK, thinking={"type": "enabled", "budget_tokens": 1024}
    ) as stream:
        final = stream.get_final_message()
    assert final.content[0].thinking == "The user asks: Hello there"
    assert final.content[0].signature and final.content[1].text == "You said: Hello there"


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_used_and_their_results_answered(client, stream):
    messages = [{"role": "user", "content": "How is the weather in Oslo and Rome?"}]
    if stream:
        with client.messages.stream(model=MODEL, max_tokens=500, messages=messages, tools=[WEATHER]) as events:
            said = events.get_final_message()
    else:
        said = create(client, messages=messages, tools=[WEATHER])
    assert [block.input for block in said.content] == [{"location": "Oslo"}, {"location": "Rome"}]
    uses = [{"type": "tool_use", "id": block.id, "name": block.name, "input": block.input} for block in said.content]
    results = [{"type": "tool_result", "tool_use_id": block.id, "content": "rain"} for block in said.content]
    messages = [*messages, {"role": "assistant", "content": uses}, {"role": "user", "content": results}]
    assert create(client, messages=messages, tools=[WEATHER]).content[0].text == "The tool says: rain rain"


@pytest.mark.parametrize("size", [0, SIX_MEGABYTES])
def test_images_are_seen(client, size):
    data = base64.b64encode(PIXEL + b"\0" * size).decode()
    source = {"type": "base64", "media_type": "image/png", "data": data}
    content = [{"type": "image", "source": source}, {"type": "text", "text": "What is this?"}]
    answer = create(client, messages=[{"role": "user", "content": content}])
    assert answer.content[0].text == "I see one image. You said: What is this?"


def test_cache_writes_are_reported(client):
    system = [{"type": "text", "text": "word " * 400, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    usage = create(client, system=system).usage
    assert usage.cache_creation.ephemeral_1h_input_tokens > 0
    assert usage.cache_creation_input_tokens == usage.cache_creation.ephemeral_1h_input_tokens


def test_tokens_are_counted(client):
    assert client.messages.count_tokens(model=MODEL, messages=ASK).input_tokens == 3


def test_models_are_listed(client):
    assert [model.id for model in client.models.list()]


def test_beta_headers_reach_the_vendor(client, world):
    create(client, extra_headers={"anthropic-beta": "context-1m-2025-08-07"})
    assert dict(world["anthropic"].relayed()[0]["headers"])["anthropic-beta"] == "context-1m-2025-08-07"


ERRORS = [
    (400, anthropic.BadRequestError),
    (401, anthropic.AuthenticationError),
    (403, anthropic.PermissionDeniedError),
    (404, anthropic.NotFoundError),
    (413, anthropic.APIStatusError),
    (422, anthropic.UnprocessableEntityError),
    (429, anthropic.RateLimitError),
    (500, anthropic.InternalServerError),
    (503, anthropic.InternalServerError),
    (529, anthropic.InternalServerError),
]


# An upstream that refuses Sluice's own credential is not the caller's fault; that is no matter of the SDKs.
@pytest.mark.parametrize(("status", "kind"), [case for case in ERRORS if DIRECT or case[0] != 401])
def test_errors_are_raised_as_their_kind(client, world, status, kind):
    world["anthropic"].fail(status, "no such luck", headers=[("retry-after", "9")])
    with pytest.raises(kind, match="no such luck") as raised:
        create(client)
    assert raised.value.status_code == status
    assert raised.value.response.headers["retry-after"] == "9"


@pytest.mark.refused
def test_a_wrong_key_is_an_authentication_error(client):
    with pytest.raises(anthropic.AuthenticationError):
        create(client.with_options(api_key="sk-wrong"))


@pytest.mark.refused
def test_what_the_vendor_refuses_is_told_in_its_words(client):
    with pytest.raises(anthropic.BadRequestError, match="Extra inputs are not permitted"):
        create(client, extra_body={"no_such_field": 1})


def test_an_error_event_amid_a_stream_is_raised(client, world):
    failure = {"status": 529, "message": "Overloaded"}
    world["anthropic"].script(cut={"kind": "error_after_chunks", "chunks": 4, "failure": failure})
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        with client.messages.stream(model=MODEL, max_tokens=500, messages=ASK) as stream:
            stream.until_done()


def test_leaving_a_stream_frees_the_upstream(client, world):
    world["anthropic"].script(pace={"between_chunks_ms": 60000})
    stream = create(client, stream=True)
    next(iter(stream))
    left = time.time()
    stream.close()
    cancelled_within(world["anthropic"], left)


def test_fifty_calls_at_once_get_their_own_answers(world):
    async def ask():
        async with anthropic.AsyncAnthropic(
            base_url=world.base_url("anthropic"), api_key=world.key_for("anthropic"), max_retries=0, timeout=60
        ) as client:
            async def one(number):
                messages = [{"role": "user", "content": f"number {number}"}]
                answer = await client.messages.create(model=MODEL, max_tokens=100, messages=messages)
                return answer.content[0].text

            return await asyncio.gather(*(one(number) for number in range(50)))

    assert asyncio.run(ask()) == [f"You said: number {number}" for number in range(50)]
