"""The official SDKs behind one face, so that one test says the same thing in every dialect.

A speaker holds a conversation in its SDK's own types: what the SDK hands out is what goes back. Streams are read by the
SDK's own accumulator.
"""

import base64
import dataclasses
import json

import anthropic
import openai
from conftest import PIXEL
from google import genai
from google.genai import errors, types
from pydantic import BaseModel

LIMIT = 4000
BUDGET = 1024
PIXEL_BASE64 = base64.b64encode(PIXEL).decode()
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PDF_BASE64 = base64.b64encode(PDF).decode()
TOOL = "get_weather"
PARAMETERS = {
    "type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"], "additionalProperties": False,
}


class Person(BaseModel):
    name: str
    age: int


@dataclasses.dataclass
class Wish:
    """What is asked for besides an answer."""

    system: str = ""
    limit: int = LIMIT
    has_tools: bool = False
    must_call: bool = False
    wants_person: bool = False
    thinks: bool = False


@dataclasses.dataclass
class Said:
    """An answer in no dialect."""

    text: str = ""
    thoughts: str = ""
    calls: list = dataclasses.field(default_factory=list)
    person: Person | None = None
    stop: str = ""
    # Tokens of the input, cached ones among them, and of the output, thoughts among them.
    usage: tuple = ()
    cached: int = 0


@dataclasses.dataclass
class Call:
    id: str
    name: str
    arguments: dict


class Chat:
    """The openai SDK on chat completions."""

    error, rate_limit, invalid, overloaded = (
        openai.APIError, openai.RateLimitError, openai.BadRequestError, openai.InternalServerError,
    )
    stops = {"stop": "stop", "tool_calls": "tools", "length": "length"}

    def __init__(self, client, model):
        self.client, self.model, self.turns = client, model, []

    @staticmethod
    def connect(base_url, key):
        return openai.OpenAI(base_url=f"{base_url}/v1", api_key=key, max_retries=0, timeout=30)

    def ask(self, text, has_image=False):
        image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL_BASE64}"}}
        content = [image, {"type": "text", "text": text}] if has_image else text
        self.turns.append({"role": "user", "content": content})

    def ask_about_document(self, text):
        document = {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PDF_BASE64}"}}
        self.turns.append({"role": "user", "content": [document, {"type": "text", "text": text}]})

    def bring(self, said, results):
        self.turns += [
            {"role": "tool", "tool_call_id": call.id, "content": result}
            for call, result in zip(said.calls, results, strict=True)
        ]

    def options(self, wish):
        more = {"max_completion_tokens": wish.limit}
        if wish.thinks:
            more["reasoning_effort"] = "low"
        if wish.wants_person:
            more["response_format"] = Person
        if wish.has_tools:
            more["tools"] = [{"type": "function", "function": {"name": TOOL, "parameters": PARAMETERS, "strict": True}}]
        if wish.must_call:
            more["tool_choice"] = "required"
        system = [{"role": "developer", "content": wish.system}] if wish.system else []
        return {"model": self.model, "messages": [*system, *self.turns], **more}

    def answer(self, options, stream):
        if not stream:
            return self.client.chat.completions.parse(**options)
        with self.client.chat.completions.stream(**options, stream_options={"include_usage": True}) as events:
            return events.until_done().get_final_completion()

    def say(self, wish, stream):
        try:
            answer = self.answer(self.options(wish), stream)
        except openai.LengthFinishReasonError as cut:
            answer = cut.completion
        choice, usage = answer.choices[0], answer.usage
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
        message = choice.message
        thoughts = (message.model_extra or {}).get("reasoning_content")
        calls = message.tool_calls or []
        turn = {"role": "assistant", "content": message.content}
        if thoughts:
            turn["reasoning_content"] = thoughts
        if calls:
            # All that came, also what OpenAI does not document, but for what the SDK parsed.
            turn["tool_calls"] = [
                call.model_dump(exclude_none=True, exclude={"function": {"parsed_arguments"}, "index": True}) for call in calls
            ]
        self.turns.append(turn)
        return Said(
            message.content or "", thoughts or "",
            [Call(call.id, call.function.name, json.loads(call.function.arguments)) for call in calls],
            getattr(message, "parsed", None), self.stops[choice.finish_reason], (usage.prompt_tokens, usage.completion_tokens),
            usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else 0,
        )


class Responses:
    """The openai SDK on responses."""

    error, rate_limit, invalid, overloaded = Chat.error, Chat.rate_limit, Chat.invalid, Chat.overloaded

    def __init__(self, client, model):
        self.client, self.model, self.turns = client, model, []

    @staticmethod
    def connect(base_url, key):
        return openai.OpenAI(base_url=f"{base_url}/v1", api_key=key, max_retries=0, timeout=30)

    def ask(self, text, has_image=False):
        image = {"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{PIXEL_BASE64}"}
        content = [image, {"type": "input_text", "text": text}] if has_image else text
        self.turns.append({"role": "user", "content": content})

    def ask_about_document(self, text):
        document = {"type": "input_file", "filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PDF_BASE64}"}
        self.turns.append({"role": "user", "content": [document, {"type": "input_text", "text": text}]})

    def bring(self, said, results):
        self.turns += [
            {"type": "function_call_output", "call_id": call.id, "output": result}
            for call, result in zip(said.calls, results, strict=True)
        ]

    def options(self, wish):
        more = {"max_output_tokens": wish.limit}
        if wish.system:
            more["instructions"] = wish.system
        if wish.thinks:
            more["reasoning"] = {"effort": "low", "summary": "auto"}
            more["include"] = ["reasoning.encrypted_content"]
        if wish.wants_person:
            more["text_format"] = Person
        if wish.has_tools:
            more["tools"] = [{"type": "function", "name": TOOL, "parameters": PARAMETERS, "strict": True}]
        if wish.must_call:
            more["tool_choice"] = "required"
        return {"model": self.model, "input": self.turns, **more}

    def say(self, wish, stream):
        answer = self.answer(self.options(wish), stream)
        usage = answer.usage
        assert usage.total_tokens == usage.input_tokens + usage.output_tokens
        self.turns += answer.output
        thoughts = [part.text for item in answer.output if item.type == "reasoning" for part in item.summary]
        calls = [item for item in answer.output if item.type == "function_call"]
        return Said(
            answer.output_text, "".join(thoughts),
            [Call(call.call_id, call.name, json.loads(call.arguments)) for call in calls],
            getattr(answer, "output_parsed", None), self.stop(answer, calls), (usage.input_tokens, usage.output_tokens),
            usage.input_tokens_details.cached_tokens,
        )

    def answer(self, options, stream):
        if not stream:
            return self.client.responses.parse(**options)
        with self.client.responses.stream(**options) as events:
            seen = list(events)
            assert [event.sequence_number for event in seen] == list(range(len(seen)))
            # The SDK leaves it to its user to look for these.
            if seen[-1].type == "error":
                raise openai.APIError(seen[-1].message, None, body=None)
            if seen[-1].type == "response.failed":
                raise openai.APIError(seen[-1].response.error.message, None, body=None)
            return seen[-1].response

    @staticmethod
    def stop(answer, calls):
        if answer.status == "completed":
            return "tools" if calls else "stop"
        return {"max_output_tokens": "length"}[answer.incomplete_details.reason]


class Messages:
    """The anthropic SDK."""

    error, rate_limit, invalid, overloaded = (
        anthropic.APIStatusError, anthropic.RateLimitError, anthropic.BadRequestError, anthropic.InternalServerError,
    )
    stops = {"end_turn": "stop", "tool_use": "tools", "max_tokens": "length"}

    def __init__(self, client, model):
        self.client, self.model, self.turns = client, model, []

    @staticmethod
    def connect(base_url, key):
        return anthropic.Anthropic(base_url=base_url, api_key=key, max_retries=0, timeout=30)

    def ask(self, text, has_image=False):
        image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL_BASE64}}
        content = [image, {"type": "text", "text": text}] if has_image else text
        self.turns.append({"role": "user", "content": content})

    def ask_about_document(self, text):
        source = {"type": "base64", "media_type": "application/pdf", "data": PDF_BASE64}
        content = [{"type": "document", "source": source, "title": "a.pdf"}, {"type": "text", "text": text}]
        self.turns.append({"role": "user", "content": content})

    def bring(self, said, results):
        blocks = [
            {"type": "tool_result", "tool_use_id": call.id, "content": result}
            for call, result in zip(said.calls, results, strict=True)
        ]
        self.turns.append({"role": "user", "content": blocks})

    def options(self, wish):
        more = {"max_tokens": wish.limit}
        if wish.system:
            more["system"] = wish.system
        if wish.thinks:
            more["thinking"] = {"type": "enabled", "budget_tokens": BUDGET}
        if wish.wants_person:
            more["output_format"] = Person
        if wish.has_tools:
            more["tools"] = [{"name": TOOL, "input_schema": PARAMETERS}]
        if wish.must_call:
            more["tool_choice"] = {"type": "any"}
        return {"model": self.model, "messages": self.turns, **more}

    def say(self, wish, stream):
        options = self.options(wish)
        if stream:
            with self.client.messages.stream(**options) as events:
                answer = events.get_final_message()
        else:
            answer = self.client.messages.parse(**options)
        self.turns.append({"role": "assistant", "content": answer.content})
        blocks = {kind: [block for block in answer.content if block.type == kind] for kind in ("text", "thinking", "tool_use")}
        assert all(block.signature for block in blocks["thinking"])
        return Said(
            "".join(block.text for block in blocks["text"]), "".join(block.thinking for block in blocks["thinking"]),
            [Call(block.id, block.name, block.input) for block in blocks["tool_use"]],
            answer.parsed_output, self.stops[answer.stop_reason], self.usage(answer.usage), answer.usage.cache_read_input_tokens,
        )

    @staticmethod
    def usage(usage):
        cached = (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
        return usage.input_tokens + cached, usage.output_tokens


class Gemini:
    """The google-genai SDK."""

    error = errors.APIError
    rate_limit, invalid, overloaded = errors.ClientError, errors.ClientError, errors.ServerError

    def __init__(self, client, model):
        self.client, self.model, self.turns = client, model, []

    @staticmethod
    def connect(base_url, key):
        return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=base_url, timeout=30_000))

    def ask(self, text, has_image=False):
        image = [types.Part.from_bytes(data=PIXEL, mime_type="image/png")] if has_image else []
        self.turns.append(types.Content(role="user", parts=[*image, types.Part(text=text)]))

    def ask_about_document(self, text):
        document = types.Part.from_bytes(data=PDF, mime_type="application/pdf")
        self.turns.append(types.Content(role="user", parts=[document, types.Part(text=text)]))

    def bring(self, said, results):
        answers = [
            types.FunctionResponse(id=call.id, name=call.name, response={"output": result})
            for call, result in zip(said.calls, results, strict=True)
        ]
        self.turns.append(types.Content(role="user", parts=[types.Part(function_response=answer) for answer in answers]))

    def options(self, wish):
        config = types.GenerateContentConfig(max_output_tokens=wish.limit)
        if wish.system:
            config.system_instruction = wish.system
        if wish.thinks:
            config.thinking_config = types.ThinkingConfig(include_thoughts=True, thinking_budget=BUDGET)
        if wish.wants_person:
            config.response_mime_type, config.response_schema = "application/json", Person
        if wish.has_tools:
            declaration = types.FunctionDeclaration(name=TOOL, parameters_json_schema=PARAMETERS)
            config.tools = [types.Tool(function_declarations=[declaration])]
        if wish.must_call:
            config.tool_config = types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode="ANY"))
        return {"model": self.model, "contents": self.turns, "config": config}

    def say(self, wish, stream):
        options = self.options(wish)
        if stream:
            chunks = list(self.client.models.generate_content_stream(**options))
        else:
            chunks = [self.client.models.generate_content(**options)]
        parts = [part for chunk in chunks for part in (chunk.candidates[0].content.parts if chunk.candidates else None) or []]
        self.turns.append(types.Content(role="model", parts=parts))
        usage = chunks[-1].usage_metadata
        output = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
        assert usage.total_token_count == usage.prompt_token_count + output
        text = "".join(part.text or "" for part in parts if not part.thought)
        calls = [part.function_call for part in parts if part.function_call]
        reason = chunks[-1].candidates[0].finish_reason
        stop = {"MAX_TOKENS": "length", "STOP": "tools" if calls else "stop"}[reason.value]
        return Said(
            text, "".join(part.text or "" for part in parts if part.thought),
            [Call(call.id, call.name, call.args) for call in calls],
            Person.model_validate_json(text) if wish.wants_person else None, stop, (usage.prompt_token_count, output),
            usage.cached_content_token_count or 0,
        )


SPEAKERS = {"chat": Chat, "responses": Responses, "messages": Messages, "gemini": Gemini}
