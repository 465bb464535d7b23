"""The openai SDK: chat, responses, and the endpoints with one shape."""

import asyncio
import base64
import io
import json
import time

import httpx2
import openai
import pytest
from conftest import DIRECT, PIXEL, SIX_MEGABYTES, cancelled_within
from pydantic import BaseModel

ASK = [{"role": "user", "content": "Hello there"}]
# What the SDK's HTTP client raises when a connection breaks.
BROKEN = (httpx2.ReadError, httpx2.RemoteProtocolError)
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]},
    },
}


@pytest.fixture
def client(world):
    with openai.OpenAI(
        base_url=f"{world.base_url('openai')}/v1", api_key=world.key_for("openai"), max_retries=0, timeout=30
    ) as client:
        yield client


def test_a_chat_is_answered(client, world):
    answer = client.chat.completions.create(model="gpt-4o", messages=ASK)
    assert answer.choices[0].message.content == "You said: Hello there"
    assert answer.usage.prompt_tokens == 3 and answer.usage.completion_tokens == 6
    seen = world["openai"].relayed()[0]
    assert dict(seen["headers"])["user-agent"].startswith("OpenAI/Python")


def test_a_chat_streams_with_usage_when_asked(client):
    chunks = list(client.chat.completions.create(
        model="gpt-4o", messages=ASK, stream=True, stream_options={"include_usage": True}
    ))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "You said: Hello there"
    assert chunks[-1].usage.completion_tokens == 6


def test_a_stream_without_usage_asked_has_none(client):
    chunks = list(client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True))
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_chunks_arrive_as_the_upstream_sends_them(client, world):
    world["openai"].script(pace={"between_chunks_ms": 100})
    arrivals = []
    for _ in client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True):
        arrivals.append(time.monotonic())
    gaps = [later - earlier for earlier, later in zip(arrivals, arrivals[1:], strict=False)]
    # The first chunk only names a role: it comes with the first word.
    assert len(gaps) >= 5 and min(gaps[1:]) > 0.05


def test_a_stream_cut_at_every_byte_reads_the_same(client, world):
    world["openai"].script({"kind": "text", "text": "Grüße, 世界 — fertig"}, pace={"split_every": 1})
    chunks = client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Grüße, 世界 — fertig"


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_and_their_results_answered(client, stream):
    messages = [{"role": "user", "content": "How is the weather in Oslo and Rome?"}]
    if stream:
        with client.chat.completions.stream(model="gpt-4o", messages=messages, tools=[WEATHER]) as events:
            said = events.get_final_completion().choices[0].message
    else:
        said = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[WEATHER]).choices[0].message
    places = [json.loads(call.function.arguments)["location"] for call in said.tool_calls]
    assert places == ["Oslo", "Rome"]
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.function.name, "arguments": call.function.arguments}}
        for call in said.tool_calls
    ]
    results = [{"role": "tool", "tool_call_id": call.id, "content": "rain"} for call in said.tool_calls]
    messages = [*messages, {"role": "assistant", "content": None, "tool_calls": calls}, *results]
    answer = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[WEATHER])
    assert answer.choices[0].message.content == "The tool says: rain rain"


def picture(size=0):
    data = base64.b64encode(PIXEL + b"\0" * size).decode()
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}


@pytest.mark.parametrize("size", [0, SIX_MEGABYTES])
def test_images_are_seen(client, size):
    content = [{"type": "text", "text": "What is this?"}, picture(size)]
    answer = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": content}])
    assert answer.choices[0].message.content == "I see one image. You said: What is this?"


class Person(BaseModel):
    name: str
    age: int


def test_structured_output_is_parsed(client):
    answer = client.chat.completions.parse(model="gpt-4o", messages=ASK, response_format=Person)
    assert answer.choices[0].message.parsed == Person(name="text", age=1)


def test_embeddings_come_as_numbers(client):
    answer = client.embeddings.create(model="text-embedding-3-small", input=["one", "two"], dimensions=8)
    assert [len(item.embedding) for item in answer.data] == [8, 8]
    assert answer.data[0].embedding != answer.data[1].embedding
    assert answer.usage.total_tokens == 2


def test_moderations_flag(client):
    answer = client.moderations.create(model="omni-moderation-latest", input="violence")
    assert answer.results[0].flagged and answer.results[0].categories.violence


@pytest.mark.parametrize("size", [1000, SIX_MEGABYTES])
def test_audio_is_transcribed(client, world, size):
    recording = bytes(range(250)) * (size // 250)
    answer = client.audio.transcriptions.create(model="whisper-1", file=("speech.wav", recording))
    assert answer.text == f"This recording has {len(recording)} bytes."
    assert recording in base64.b64decode(world["openai"].relayed()[0]["body"])


def test_audio_is_translated(client):
    answer = client.audio.translations.create(model="whisper-1", file=("speech.wav", b"12345"))
    assert answer.text == "This recording has 5 bytes."


def test_speech_is_heard_as_bytes(client):
    with client.audio.speech.with_streaming_response.create(model="gpt-4o-mini-tts", voice="alloy", input="abc") as answer:
        assert answer.headers["content-type"] == "audio/mpeg"
        assert len(answer.read()) == 3 * 64


def test_images_are_made(client):
    answer = client.images.generate(model="gpt-image-1", prompt="a cat", n=2)
    assert [base64.b64decode(image.b64_json) for image in answer.data] == [PIXEL, PIXEL]
    assert answer.usage.output_tokens == 544


def test_an_image_of_six_megabytes_is_edited(client):
    image = ("cat.png", io.BytesIO(PIXEL + b"\0" * SIX_MEGABYTES), "image/png")
    answer = client.images.edit(model="gpt-image-1", image=image, prompt="make it blue")
    assert base64.b64decode(answer.data[0].b64_json) == PIXEL


def test_legacy_completions_stream(client):
    chunks = list(client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Hello", stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks) == "You said: Hello"


def test_models_are_listed(client):
    names = [model.id for model in client.models.list()]
    assert names


ERRORS = [
    (400, openai.BadRequestError),
    (401, openai.AuthenticationError),
    (403, openai.PermissionDeniedError),
    (404, openai.NotFoundError),
    (409, openai.ConflictError),
    (413, openai.APIStatusError),
    (422, openai.UnprocessableEntityError),
    (429, openai.RateLimitError),
    (500, openai.InternalServerError),
    (503, openai.InternalServerError),
]


# An upstream that refuses Sluice's own credential is not the caller's fault; that is no matter of the SDKs.
@pytest.mark.parametrize(("status", "kind"), [case for case in ERRORS if DIRECT or case[0] != 401])
@pytest.mark.parametrize("stream", [False, True])
def test_errors_are_raised_as_their_kind(client, world, status, kind, stream):
    world["openai"].fail(status, "no such luck", code="scripted_code")
    with pytest.raises(kind) as raised:
        client.chat.completions.create(model="gpt-4o", messages=ASK, stream=stream)
    assert raised.value.status_code == status
    assert raised.value.code == "scripted_code" and "no such luck" in str(raised.value)


def test_retry_after_reaches_the_sdk(client, world):
    world["openai"].fail(429, headers=[("retry-after", "17")])
    with pytest.raises(openai.RateLimitError) as raised:
        client.chat.completions.create(model="gpt-4o", messages=ASK)
    assert raised.value.response.headers["retry-after"] == "17"


def test_the_sdk_retries_a_rate_limit_by_itself(client, world):
    world["openai"].fail(429, first=1, headers=[("retry-after", "0")])
    answer = client.with_options(max_retries=1).chat.completions.create(model="gpt-4o", messages=ASK)
    assert answer.choices[0].message.content == "You said: Hello there"


@pytest.mark.refused
def test_a_wrong_key_is_an_authentication_error(client):
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="sk-wrong").chat.completions.create(model="gpt-4o", messages=ASK)


@pytest.mark.refused
def test_what_the_vendor_refuses_is_told_in_its_words(client):
    with pytest.raises(openai.BadRequestError, match="stream_options"):
        client.chat.completions.create(model="gpt-4o", messages=ASK, stream_options={"include_usage": True})


def test_an_error_amid_a_stream_is_raised(client, world):
    cut = {"kind": "error_after_chunks", "chunks": 2, "failure": {"status": 500, "message": "fell over"}}
    world["openai"].script(cut=cut)
    with pytest.raises(openai.APIError, match="fell over"):
        list(client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True))


def test_a_stream_that_breaks_is_an_error(client, world):
    world["openai"].script(cut={"kind": "reset_after_chunks", "chunks": 2})
    seen = 0
    # The SDK passes on what its HTTP client raises, or the error event that Sluice puts in its place.
    with pytest.raises((openai.APIError, *BROKEN)):
        for _ in client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True):
            seen += 1
    assert seen == 2


def test_leaving_a_stream_frees_the_upstream(client, world):
    world["openai"].script(pace={"between_chunks_ms": 60000})
    stream = client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True)
    next(iter(stream))
    left = time.time()
    stream.close()
    assert cancelled_within(world["openai"], left)["chunks_sent"] == 1


def test_giving_up_before_the_answer_frees_the_upstream(client, world):
    world["openai"].script({"kind": "hang"})
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=1).chat.completions.create(model="gpt-4o", messages=ASK)
    cancelled_within(world["openai"], time.time())


def test_fifty_calls_at_once_get_their_own_answers(world):
    async def ask():
        async with openai.AsyncOpenAI(
            base_url=f"{world.base_url('openai')}/v1", api_key=world.key_for("openai"), max_retries=0, timeout=60
        ) as client:
            async def one(number):
                messages = [{"role": "user", "content": f"number {number}"}]
                if number % 2:
                    stream = await client.chat.completions.create(model="gpt-4o", messages=messages, stream=True)
                    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
                answer = await client.chat.completions.create(model="gpt-4o", messages=messages)
                return answer.choices[0].message.content

            return await asyncio.gather(*(one(number) for number in range(50)))

    assert asyncio.run(ask()) == [f"You said: number {number}" for number in range(50)]


@pytest.mark.refused
def test_a_response_is_made_fetched_and_deleted(client):
    made = client.responses.create(model="gpt-4o", input="Hello there")
    assert made.output_text == "You said: Hello there" and made.usage.output_tokens == 6
    assert client.responses.retrieve(made.id).output_text == made.output_text
    items = list(client.responses.input_items.list(made.id))
    assert items[0].content[0].text == "Hello there"
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_a_background_response_is_cancelled(client):
    made = client.responses.create(model="gpt-4o", input="Hello", background=True)
    assert made.status == "queued"
    assert client.responses.cancel(made.id).status == "cancelled"


def test_a_response_streams(client):
    with client.responses.stream(model="gpt-4o", input="Hello there", reasoning={"effort": "low"}) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
    assert final.output_text == "You said: Hello there"
    assert final.output[0].summary[0].text == "The user asks: Hello there"
    assert final.usage.output_tokens_details.reasoning_tokens == 7


def test_a_response_calls_tools(client):
    tool = {"type": "function", "strict": False, **WEATHER["function"]}
    asked = [{"role": "user", "content": "Weather in Bergen?"}]
    made = client.responses.create(model="gpt-4o", input=asked, tools=[tool])
    call = made.output[0]
    assert json.loads(call.arguments) == {"location": "Bergen"}
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "fog"}
    turn = [*asked, {"type": "function_call", "call_id": call.call_id, "name": call.name, "arguments": call.arguments}, result]
    assert client.responses.create(model="gpt-4o", input=turn, tools=[tool]).output_text == "The tool says: fog"


def test_a_response_is_parsed(client):
    made = client.responses.parse(model="gpt-4o", input="Who?", text_format=Person)
    assert made.output_parsed == Person(name="text", age=1)
