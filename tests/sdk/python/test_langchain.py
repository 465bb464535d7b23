"""LangChain's chat models on an upstream of every dialect."""

import base64
import functools
import operator

import anthropic
import openai
import pytest
from conftest import PIXEL
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

pytestmark = pytest.mark.gateway
QUESTION = "How is the weather in Oslo and Rome?"


@tool
def get_weather(location: str) -> str:
    """Tells the weather of a place."""
    return f"rain in {location}"


class Person(BaseModel):
    """A person."""

    name: str
    age: int


def over_chat(world, model, thinks):
    more = {"reasoning_effort": "low"} if thinks else {}
    return ChatOpenAI(
        model=model, base_url=f"{world.gateway_url}/v1", api_key=world.key, max_retries=0, use_responses_api=False,
        stream_usage=True, **more,
    )


def over_responses(world, model, thinks):
    more = {"reasoning": {"effort": "low", "summary": "auto"}, "include": ["reasoning.encrypted_content"]} if thinks else {}
    return ChatOpenAI(
        model=model, base_url=f"{world.gateway_url}/v1", api_key=world.key, max_retries=0, use_responses_api=True, **more
    )


def over_messages(world, model, thinks):
    more = {"thinking": {"type": "enabled", "budget_tokens": 1024}} if thinks else {}
    return ChatAnthropic(
        model=model, base_url=world.gateway_url, api_key=world.key, max_retries=0, max_tokens=4000, **more
    )


MAKERS = {"chat": over_chat, "responses": over_responses, "messages": over_messages}
RATE_LIMITS = {"chat": openai.RateLimitError, "responses": openai.RateLimitError, "messages": anthropic.RateLimitError}


@pytest.fixture(params=MAKERS)
def dialect(request):
    return request.param


@pytest.fixture
def make(the_world, upstream, dialect):
    return lambda thinks=False: MAKERS[dialect](the_world, upstream.name, thinks)


@pytest.fixture(params=[False, True], ids=["whole", "stream"])
def say(request):
    """Invokes a model, or adds up its stream."""
    if request.param:
        return lambda model, messages: functools.reduce(operator.add, model.stream(messages))
    return lambda model, messages: model.invoke(messages)


def test_a_question_is_answered(make, say):
    said = say(make(), [SystemMessage("Be brief."), HumanMessage("Hello there")])
    assert said.text == "You said: Hello there" and said.usage_metadata["output_tokens"] == 6


@pytest.mark.parametrize("thinks", [False, True], ids=["", "thinking"])
def test_tools_are_called_and_their_results_answered(make, say, dialect, thinks):
    model, messages = make(thinks).bind_tools([get_weather]), [HumanMessage(QUESTION)]
    said = say(model, messages)
    assert [call["args"] for call in said.tool_calls] == [{"location": "Oslo"}, {"location": "Rome"}]
    # On chat completions LangChain knows no thoughts.
    if thinks and dialect != "chat":
        thoughts = [block for block in said.content_blocks if block["type"] == "reasoning"]
        assert thoughts and thoughts[0]["reasoning"] == f"The user asks: {QUESTION}"
    results = [get_weather.invoke(call) for call in said.tool_calls]
    assert all(isinstance(result, ToolMessage) for result in results)
    answer = say(model, [*messages, said, *results])
    assert "rain in Oslo" in answer.text and "rain in Rome" in answer.text and answer.tool_calls == []


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_structured_output_is_parsed(make, method):
    assert make().with_structured_output(Person, method=method).invoke("Who?") == Person(name="text", age=1)


def test_images_are_seen(make, say):
    image = {"type": "image", "base64": base64.b64encode(PIXEL).decode(), "mime_type": "image/png"}
    said = say(make(), [HumanMessage([{"type": "text", "text": "What is this?"}, image])])
    assert said.text == "I see one image. You said: What is this?"


def test_a_rate_limit_is_one(make, upstream, say, dialect):
    upstream.fail(429, "slow down")
    with pytest.raises(RATE_LIMITS[dialect], match="slow down"):
        say(make(), [HumanMessage("Hello")])
