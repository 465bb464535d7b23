"""Every client's SDK on an upstream of every dialect."""

import base64
import json

import pytest
from scripted_models import play
from speakers import PDF_BASE64, SPEAKERS, Person, Wish

pytestmark = pytest.mark.gateway
QUESTION = "How is the weather in Oslo and Rome?"


@pytest.fixture(scope="session")
def clients(the_world):
    """Clients are made once: that takes an SDK longer than a call."""
    return {name: speaker.connect(the_world.gateway_url, the_world.key) for name, speaker in SPEAKERS.items()}


@pytest.fixture(params=SPEAKERS)
def speaker(clients, upstream, request):
    return SPEAKERS[request.param](clients[request.param], upstream.name)


@pytest.fixture(params=[False, True], ids=["whole", "stream"])
def stream(request):
    return request.param


def message(cache, **more):
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5", "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": cache, **more,
    }


def raw(kind, text):
    piece = {"bytes": base64.b64encode(text.encode()).decode()}
    return {"answer": {"kind": "raw", "content_type": kind, "pieces": [piece]}}


def whole_message(cache):
    content = [{"type": "text", "text": "Hi"}]
    return raw("application/json", json.dumps(message(cache, content=content, stop_reason="end_turn")))


def streamed_message(cache):
    events = [
        {"type": "message_start", "message": message({**cache, "output_tokens": 1})},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 6}},
        {"type": "message_stop"},
    ]
    return raw("text/event-stream", "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events))


def sent(upstream):
    """The bodies that the upstream got."""
    return [json.loads(base64.b64decode(request["body"])) for request in upstream.relayed()]


def test_a_question_is_answered(speaker, stream):
    speaker.ask("Hello there")
    said = speaker.say(Wish(), stream)
    assert (said.text, said.stop, said.usage) == ("You said: Hello there", "stop", (3, 6))


def test_a_stream_cut_at_every_byte_and_compressed_reads_the_same(speaker, upstream):
    upstream.script({"kind": "text", "text": "Grüße, 世界 — fertig"}, pace={"split_every": 1}, encoding="gzip")
    speaker.ask("Hello there")
    assert speaker.say(Wish(), stream=True).text == "Grüße, 世界 — fertig"


def test_cached_tokens_are_told(speaker, upstream, stream):
    if upstream.name == "only_messages":
        cache = {"input_tokens": 738, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 512, "output_tokens": 6}
        upstream.script(**streamed_message(cache) if stream else whole_message(cache))
    speaker.ask("word " * 1000)
    said = speaker.say(Wish(), stream)
    assert (said.usage[0], said.cached) == (1250, 512)


def test_documents_are_carried(speaker, upstream, stream):
    speaker.ask_about_document("What is this?")
    assert speaker.say(Wish(), stream).text.endswith("You said: What is this?")
    # google-genai writes bytes in the alphabet for URLs, which Google takes and nobody else.
    body = json.dumps(sent(upstream)[-1])
    plain = body.replace("-", "+").replace("_", "/") if upstream.name == "only_gemini" else body
    assert PDF_BASE64 in plain


def test_a_conversation_goes_on_under_instructions(speaker, upstream, stream):
    wish = Wish(system="Answer like a pirate.")
    for question in ("First", "Second"):
        speaker.ask(question)
        assert speaker.say(wish, stream).text == f"You said: {question}"
    body = json.dumps(sent(upstream)[-1])
    told = [body.find(text) for text in ("First", "said: ", "Second")]
    assert "Answer like a pirate." in body and -1 not in told and told == sorted(told)


def test_tools_are_called_and_their_results_answered(speaker, stream):
    wish = Wish(has_tools=True)
    speaker.ask(QUESTION)
    said = speaker.say(wish, stream)
    assert [(call.name, call.arguments) for call in said.calls] == [
        ("get_weather", {"location": "Oslo"}), ("get_weather", {"location": "Rome"}),
    ]
    assert said.stop == "tools" and len({call.id for call in said.calls}) == 2
    speaker.bring(said, ["rain", "sun"])
    answer = speaker.say(wish, stream)
    assert answer.text.startswith("The tool says: ") and answer.stop == "stop"
    assert "rain" in answer.text and "sun" in answer.text


def test_a_tool_is_called_where_one_must_be(speaker, stream):
    speaker.ask("Hello there")
    said = speaker.say(Wish(has_tools=True, must_call=True), stream)
    assert [call.arguments for call in said.calls] == [{"location": "Paris"}]


def test_text_stands_beside_a_call_without_arguments(speaker, upstream):
    play(upstream, ("I look.", [("get_weather", {}), ("get_weather", {"location": "Ålesund"})]), ("All is well.", []))
    wish = Wish(has_tools=True)
    speaker.ask(QUESTION)
    said = speaker.say(wish, stream=True)
    assert (said.text, [call.arguments for call in said.calls]) == ("I look.", [{}, {"location": "Ålesund"}])
    speaker.bring(said, ["nowhere", "snow"])
    assert speaker.say(wish, stream=True).text == "All is well."
    body = json.dumps(sent(upstream)[-1], ensure_ascii=False)
    assert all(word in body for word in ("ook.", "nowhere", "snow"))


@pytest.mark.parametrize("speaker", ["gemini"], indirect=True)
def test_functions_are_run_by_the_sdk_itself(speaker):
    def get_weather(location: str) -> str:
        """Tells the weather of a place."""
        return f"rain in {location}"

    chat = speaker.client.chats.create(model=speaker.model, config={"tools": [get_weather]})
    text = chat.send_message(QUESTION).text
    assert "rain in Oslo" in text and "rain in Rome" in text


# The signature that the upstream gave out comes back to it, whatever the client made of it. Chat completions have a place
# for Google's, by Google's own convention, and none for others.
PROOFS = {"only_messages": '"signature": "EqQB', "only_gemini": '"thoughtSignature": "CiQB'}


def test_thoughts_are_told_apart_and_go_back(speaker, upstream, stream):
    wish = Wish(has_tools=True, thinks=True)
    speaker.ask(QUESTION)
    said = speaker.say(wish, stream)
    assert said.thoughts == f"The user asks: {QUESTION}" and len(said.calls) == 2
    speaker.bring(said, ["rain", "sun"])
    answer = speaker.say(wish, stream)
    assert answer.thoughts and answer.text.startswith("The tool says: ") and "The user" not in answer.text
    proof = PROOFS.get(upstream.name)
    has_place = not (isinstance(speaker, SPEAKERS["chat"]) and upstream.name == "only_messages")
    assert proof is None or not has_place or proof in json.dumps(sent(upstream)[-1])


def test_structured_output_is_parsed(speaker, stream):
    speaker.ask("Who?")
    said = speaker.say(Wish(wants_person=True), stream)
    assert said.person == Person(name="text", age=1) and said.stop == "stop"


def test_images_are_seen(speaker, stream):
    speaker.ask("What is this?", has_image=True)
    assert speaker.say(Wish(), stream).text == "I see one image. You said: What is this?"


def test_a_limit_cuts_the_answer(speaker, stream):
    speaker.ask("word " * 30)
    # Less than this Responses refuses.
    said = speaker.say(Wish(limit=16), stream)
    assert (said.text, said.stop, said.usage[1]) == ("You said: " + "word " * 10 + "word", "length", 16)


@pytest.mark.parametrize("speaker", ["chat"], indirect=True)
def test_what_cannot_be_carried_is_refused_with_the_reason(speaker, upstream):
    ask = {"model": speaker.model, "messages": [{"role": "user", "content": "Hello there"}], "n": 2}
    if upstream.name == "only_chat":
        assert len(speaker.client.chat.completions.create(**ask).choices) == 2
    elif upstream.name != "only_gemini":
        with pytest.raises(speaker.invalid, match="`n` cannot be carried"):
            speaker.client.chat.completions.create(**ask)
        assert upstream.relayed() == []


@pytest.mark.parametrize("speaker", ["messages"], indirect=True)
def test_what_was_lost_is_told(speaker, upstream):
    ask = {"model": speaker.model, "max_tokens": 50, "messages": [{"role": "user", "content": "Hello there"}]}
    headers = speaker.client.messages.with_raw_response.create(**ask, extra_body={"top_k": 5}).headers
    # Google's API has it too.
    is_lost = upstream.name in ("only_chat", "only_responses")
    assert ("top_k;cosmetic" in headers.get("x-sluice-losses", "")) == is_lost


TOO_LONG = {
    "only_chat": {"message": "This model's maximum context length is 8 tokens.", "code": "context_length_exceeded"},
    "only_responses": {"message": "Your input exceeds the context window of this model.", "code": "context_length_exceeded"},
    "only_messages": {"message": "prompt is too long: 9 tokens > 8 maximum"},
    "only_gemini": {"message": "The input token count (9) exceeds the maximum number of tokens allowed (8)."},
}


def failure_of(speaker, stream):
    speaker.ask("Hello there")
    with pytest.raises(speaker.error) as raised:
        speaker.say(Wish(), stream)
    return raised.value


def status_of(error):
    return getattr(error, "status_code", None) or error.code


def test_a_rate_limit_is_one_and_says_when_to_return(speaker, upstream, stream):
    upstream.fail(429, "slow down", headers=[("retry-after", "17")])
    error = failure_of(speaker, stream)
    assert isinstance(error, speaker.rate_limit) and status_of(error) == 429 and "slow down" in str(error)
    response = error.response
    headers = getattr(response, "headers", response)
    assert headers["retry-after"] == "17"


def test_an_overloaded_upstream_is_one(speaker, upstream, stream):
    upstream.fail(529 if upstream.name == "only_messages" else 503, "busy")
    error = failure_of(speaker, stream)
    assert isinstance(error, speaker.overloaded) and "busy" in str(error)


def test_a_prompt_that_is_too_long_is_told_in_the_clients_words(speaker, upstream, stream):
    upstream.fail(400, **TOO_LONG[upstream.name])
    error = failure_of(speaker, stream)
    assert isinstance(error, speaker.invalid) and status_of(error) == 400
    if type(speaker).__name__ == "Messages":
        assert "prompt is too long" in str(error)
    elif type(speaker).__name__ != "Gemini":
        assert error.code == "context_length_exceeded"


def test_an_error_amid_a_stream_is_raised(speaker, upstream):
    cut = {"kind": "error_after_chunks", "chunks": 5, "failure": {"status": 500, "message": "fell over"}}
    upstream.script(answer={"kind": "text", "text": "one two three four five six seven eight nine"}, cut=cut)
    assert "fell over" in str(failure_of(speaker, True))


def test_a_stream_that_breaks_is_an_error(speaker, upstream):
    cut = {"kind": "close_after_chunks", "chunks": 5}
    upstream.script(answer={"kind": "text", "text": "one two three four five six seven eight nine"}, cut=cut)
    failure_of(speaker, True)


@pytest.mark.parametrize("speaker", ["responses"], indirect=True)
def test_a_response_goes_on_from_another(speaker, upstream, stream):
    client, model = speaker.client, speaker.model
    first = client.responses.create(model=model, input="My name is Ada", instructions="Be brief.")
    more = {"model": model, "previous_response_id": first.id, "input": "Who am I?"}
    if stream:
        with client.responses.stream(**more) as events:
            second = events.until_done().get_final_response()
    else:
        second = client.responses.create(**more)
    assert second.output_text == "You said: Who am I?" and second.previous_response_id == first.id
    if upstream.name != "only_responses":
        body = json.dumps(sent(upstream)[-1])
        told = [body.find(text) for text in ("My name is Ada", "You said: My name is Ada", "Who am I?")]
        # Instructions do not carry over.
        assert -1 not in told and told == sorted(told) and "Be brief." not in body
    assert client.responses.retrieve(second.id).output_text == second.output_text
    assert client.responses.input_items.list(first.id).data[0].content[0].text == "My name is Ada"


@pytest.mark.parametrize("speaker", ["responses"], indirect=True)
def test_results_follow_the_calls_of_an_earlier_response(speaker, stream):
    wish = Wish(has_tools=True, thinks=True)
    speaker.ask(QUESTION)
    options = speaker.options(wish)
    first = speaker.answer(options, stream)
    calls = [item for item in first.output if item.type == "function_call"]
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": "rain"} for call in calls]
    second = speaker.answer({**options, "input": results, "previous_response_id": first.id}, stream)
    assert len(calls) == 2 and second.output_text.count("rain") == 2


@pytest.mark.refused
@pytest.mark.parametrize("speaker", ["responses"], indirect=True)
def test_a_response_is_deleted(speaker):
    client = speaker.client
    made = client.responses.create(model=speaker.model, input="Hello there")
    with pytest.raises(speaker.invalid):
        client.responses.cancel(made.id)
    client.responses.delete(made.id)
    with pytest.raises(speaker.error):
        client.responses.retrieve(made.id)
    with pytest.raises(speaker.error):
        client.responses.create(model=speaker.model, input="Go on", previous_response_id=made.id)


COUNTS = {
    "responses": lambda client, model: client.responses.input_tokens.count(model=model, input="Hello there").input_tokens,
    "messages": lambda client, model: client.messages.count_tokens(
        model=model, messages=[{"role": "user", "content": "Hello there"}]
    ).input_tokens,
    "gemini": lambda client, model: client.models.count_tokens(model=model, contents="Hello there").total_tokens,
}


@pytest.mark.parametrize("speaker", COUNTS, indirect=True)
def test_tokens_are_counted(speaker, upstream):
    kind = next(name for name, known in SPEAKERS.items() if isinstance(speaker, known))
    # As the upstream counts, or as its model's tokenizer does.
    assert 2 <= COUNTS[kind](speaker.client, speaker.model) <= 12
