"""The google-genai SDK: the newest, and one that still calls /v1beta."""

import asyncio
import time

import pytest
from conftest import PIXEL, SIX_MEGABYTES, cancelled_within
from google import genai
from google.genai import errors, types

MODEL = "gemini-2.5-flash"


def make_client(world, key=None):
    options = types.HttpOptions(base_url=world.base_url("gemini"), timeout=30_000)
    return genai.Client(api_key=key or world.key_for("gemini"), http_options=options)


@pytest.fixture
def client(world):
    return make_client(world)


def weather_config():
    schema = types.Schema(type="OBJECT", properties={"location": types.Schema(type="STRING")})
    declaration = types.FunctionDeclaration(name="get_weather", parameters=schema)
    return types.GenerateContentConfig(tools=[types.Tool(function_declarations=[declaration])])


def test_content_is_generated(client):
    answer = client.models.generate_content(model=MODEL, contents="Hello there")
    assert answer.text == "You said: Hello there"
    usage = answer.usage_metadata
    assert (usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count) == (3, 6, 9)


def test_content_streams(client):
    chunks = list(client.models.generate_content_stream(model=MODEL, contents="Hello there"))
    assert "".join(chunk.text for chunk in chunks) == "You said: Hello there"
    assert chunks[-1].usage_metadata.candidates_token_count == 6 and len(chunks) > 2


def test_thoughts_are_told_apart(client):
    config = types.GenerateContentConfig(thinking_config=types.ThinkingConfig(include_thoughts=True))
    answer = client.models.generate_content(model=MODEL, contents="Hello there", config=config)
    assert answer.candidates[0].content.parts[0].thought
    assert answer.text == "You said: Hello there" and answer.usage_metadata.thoughts_token_count == 7


def test_functions_are_called_and_their_results_answered(client):
    question = types.Content(role="user", parts=[types.Part(text="How is the weather in Oslo and Rome?")])
    said = client.models.generate_content(model=MODEL, contents=[question], config=weather_config())
    assert [call.args for call in said.function_calls] == [{"location": "Oslo"}, {"location": "Rome"}]
    results = [
        types.Part.from_function_response(name=call.name, response={"sky": "rain"}) for call in said.function_calls
    ]
    turns = [question, said.candidates[0].content, types.Content(role="user", parts=results)]
    answer = client.models.generate_content(model=MODEL, contents=turns, config=weather_config())
    assert answer.text == 'The tool says: {"sky":"rain"} {"sky":"rain"}'


@pytest.mark.parametrize("size", [0, SIX_MEGABYTES])
def test_images_are_seen(client, size):
    image = types.Part.from_bytes(data=PIXEL + b"\0" * size, mime_type="image/png")
    answer = client.models.generate_content(model=MODEL, contents=[image, "What is this?"])
    assert answer.text == "I see one image. You said: What is this?"


def test_structured_output_is_parsed(client):
    config = types.GenerateContentConfig(
        response_mime_type="application/json",
        response_schema={"type": "OBJECT", "properties": {"name": {"type": "STRING"}, "age": {"type": "INTEGER"}}},
    )
    answer = client.models.generate_content(model=MODEL, contents="Who?", config=config)
    assert answer.parsed == {"name": "text", "age": 1}


def test_tokens_are_counted(client):
    assert client.models.count_tokens(model=MODEL, contents="Hello there").total_tokens == 3


def test_embeddings_come_as_numbers(client):
    answer = client.models.embed_content(
        model="gemini-embedding-001", contents=["one", "two"], config=types.EmbedContentConfig(output_dimensionality=8)
    )
    assert [len(item.values) for item in answer.embeddings] == [8, 8]


def test_models_are_listed(client):
    assert [model.name for model in client.models.list()]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.ClientError),
        (403, errors.ClientError),
        (404, errors.ClientError),
        (429, errors.ClientError),
        (500, errors.ServerError),
        (503, errors.ServerError),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_errors_are_raised_as_their_kind(client, world, status, kind, stream):
    world["gemini"].fail(status, "no such luck")
    with pytest.raises(kind, match="no such luck") as raised:
        if stream:
            list(client.models.generate_content_stream(model=MODEL, contents="Hello"))
        else:
            client.models.generate_content(model=MODEL, contents="Hello")
    assert raised.value.code == status


@pytest.mark.refused
def test_a_wrong_key_is_a_client_error(world):
    stranger = make_client(world, "AIza-wrong")
    with pytest.raises(errors.ClientError):
        stranger.models.generate_content(model=MODEL, contents="Hello")


def test_leaving_a_stream_frees_the_upstream(client, world):
    world["gemini"].script(pace={"between_chunks_ms": 60000})

    async def leave():
        stream = await client.aio.models.generate_content_stream(model=MODEL, contents="Hello there")
        await anext(stream)
        left = time.time()
        await stream.aclose()
        return left

    cancelled_within(world["gemini"], asyncio.run(leave()))


def test_fifty_calls_at_once_get_their_own_answers(client):
    async def ask():
        async def one(number):
            answer = await client.aio.models.generate_content(model=MODEL, contents=f"number {number}")
            return answer.text

        return await asyncio.gather(*(one(number) for number in range(50)))

    assert asyncio.run(ask()) == [f"You said: number {number}" for number in range(50)]
