"""What a model says, as the stream of each dialect that a vendor would send for it."""

import base64
import json

USAGE = (100, 20)
THOUGHT = "What do the files say?"
# What proves a thought, and must come back with it.
PROOF = "cHJvb2Ygb2YgdGhlIHRob3VnaHQ="


def call_id(turn, index):
    return f"call_{turn}{index}abcdefghijklmnopqrstuv"


def events(*objects):
    return "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in objects)


def halves(text):
    middle = len(text) // 2
    return [text[:middle], text[middle:]]


def chat(turn, text, calls):
    def chunk(delta, finish=None):
        choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        return {**envelope, "choices": choices, "usage": None}

    envelope = {"id": f"chatcmpl-{turn}", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "gpt-5.4"}
    chunks = [chunk({"role": "assistant", "content": "", "refusal": None})]
    chunks += [chunk({"reasoning_content": part}) for part in halves(THOUGHT)]
    chunks += [chunk({"content": part}) for part in halves(text) if part]
    for index, (name, arguments) in enumerate(calls):
        function = {"name": name, "arguments": ""}
        call = {"index": index, "id": call_id(turn, index), "type": "function", "function": function}
        chunks.append(chunk({"tool_calls": [call]}))
        for part in halves(json.dumps(arguments)):
            chunks.append(chunk({"tool_calls": [{"index": index, "function": {"arguments": part}}]}))
    chunks.append(chunk({}, "tool_calls" if calls else "stop"))
    usage = {"prompt_tokens": USAGE[0], "completion_tokens": USAGE[1], "total_tokens": sum(USAGE)}
    chunks.append({**envelope, "choices": [], "usage": usage})
    return "".join(f"data: {json.dumps(each)}\n\n" for each in chunks) + "data: [DONE]\n\n"


def responses(turn, text, calls):
    response = {
        "id": f"resp_{turn}", "object": "response", "created_at": 1_700_000_000, "model": "gpt-5.4", "error": None,
        "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True, "temperature": 1.0,
        "tool_choice": "auto", "tools": [], "top_p": 1.0,
    }
    early = {**response, "status": "in_progress", "output": [], "usage": None}
    said = [{"type": "response.created", "response": early}, {"type": "response.in_progress", "response": early}]
    thought = {"type": "summary_text", "text": THOUGHT}
    output = [{"id": f"rs_{turn}", "type": "reasoning", "summary": [thought], "encrypted_content": PROOF}]
    place = {"item_id": f"rs_{turn}", "output_index": 0, "summary_index": 0}
    said += [
        {"type": "response.output_item.added", "output_index": 0, "item": {**output[0], "summary": []}},
        {"type": "response.reasoning_summary_part.added", **place, "part": {**thought, "text": ""}},
        *({"type": "response.reasoning_summary_text.delta", **place, "delta": piece} for piece in halves(THOUGHT)),
        {"type": "response.reasoning_summary_text.done", **place, "text": THOUGHT},
        {"type": "response.reasoning_summary_part.done", **place, "part": thought},
        {"type": "response.output_item.done", "output_index": 0, "item": output[0]},
    ]
    if text:
        part = {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
        item = {"id": f"msg_{turn}", "type": "message", "status": "completed", "role": "assistant", "content": [part]}
        place = {"item_id": item["id"], "output_index": 1, "content_index": 0}
        said += [
            {"type": "response.output_item.added", "output_index": 1, "item": {**item, "status": "in_progress", "content": []}},
            {"type": "response.content_part.added", **place, "part": {**part, "text": ""}},
            *({"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []} for piece in halves(text)),
            {"type": "response.output_text.done", **place, "text": text, "logprobs": []},
            {"type": "response.content_part.done", **place, "part": part},
            {"type": "response.output_item.done", "output_index": 1, "item": item},
        ]
        output.append(item)
    for index, (name, arguments) in enumerate(calls):
        written = json.dumps(arguments)
        item = {
            "id": f"fc_{turn}{index}", "type": "function_call", "status": "completed", "call_id": call_id(turn, index),
            "name": name, "arguments": written,
        }
        place = {"item_id": item["id"], "output_index": len(output)}
        empty = {**item, "status": "in_progress", "arguments": ""}
        said += [
            {"type": "response.output_item.added", "output_index": len(output), "item": empty},
            *({"type": "response.function_call_arguments.delta", **place, "delta": piece} for piece in halves(written)),
            {"type": "response.function_call_arguments.done", **place, "name": name, "arguments": written},
            {"type": "response.output_item.done", "output_index": len(output), "item": item},
        ]
        output.append(item)
    usage = {
        "input_tokens": USAGE[0], "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": USAGE[1], "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": sum(USAGE),
    }
    done = {**response, "status": "completed", "output": output, "usage": usage}
    said.append({"type": "response.completed", "response": done})
    return events(*({**each, "sequence_number": number} for number, each in enumerate(said)))


def messages(turn, text, calls):
    message = {
        "id": f"msg_{turn}", "type": "message", "role": "assistant", "model": "claude-sonnet-5", "content": [],
        "stop_reason": None, "stop_sequence": None,
        "usage": {
            "input_tokens": USAGE[0], "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 1,
        },
    }
    said = [{"type": "message_start", "message": message}]
    thought = [{"type": "thinking_delta", "thinking": part} for part in halves(THOUGHT)]
    thought.append({"type": "signature_delta", "signature": PROOF})
    blocks = [({"type": "thinking", "thinking": "", "signature": ""}, thought)]
    if text:
        parts = [{"type": "text_delta", "text": part} for part in halves(text)]
        blocks.append(({"type": "text", "text": ""}, parts))
    for index, (name, arguments) in enumerate(calls):
        parts = [{"type": "input_json_delta", "partial_json": part} for part in ["", *halves(json.dumps(arguments))]]
        blocks.append(({"type": "tool_use", "id": f"toolu_{call_id(turn, index)}", "name": name, "input": {}}, parts))
    for index, (block, parts) in enumerate(blocks):
        said.append({"type": "content_block_start", "index": index, "content_block": block})
        said += [{"type": "content_block_delta", "index": index, "delta": part} for part in parts]
        said.append({"type": "content_block_stop", "index": index})
    delta = {"stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None}
    said += [{"type": "message_delta", "delta": delta, "usage": {"output_tokens": USAGE[1]}}, {"type": "message_stop"}]
    return events(*said)


def gemini(turn, text, calls):
    parts = [{"text": part, "thought": True} for part in halves(THOUGHT)]
    parts += [{"text": part} for part in halves(text) if part]
    for index, (name, arguments) in enumerate(calls):
        # Only the first of several calls carries the signature.
        signature = {"thoughtSignature": PROOF} if index == 0 else {}
        parts.append({"functionCall": {"id": call_id(turn, index), "name": name, "args": arguments}, **signature})
    usage = {"promptTokenCount": USAGE[0], "candidatesTokenCount": USAGE[1], "totalTokenCount": sum(USAGE)}
    chunks = [
        {
            "candidates": [{"content": {"parts": [part], "role": "model"}, "index": 0}], "usageMetadata": usage,
            "modelVersion": "gemini-3-flash", "responseId": f"r{turn}",
        }
        for part in parts
    ]
    chunks[-1]["candidates"][0]["finishReason"] = "STOP"
    return "".join(f"data: {json.dumps(each)}\r\n\r\n" for each in chunks)


WRITERS = {"only_chat": chat, "only_responses": responses, "only_messages": messages, "only_gemini": gemini}


def play(upstream, *turns):
    """Makes an upstream say these turns, one a call: each a text and the tools that are called with their arguments."""
    write = WRITERS[upstream.name]
    acts = []
    for number, (text, calls) in enumerate(turns):
        piece = {"bytes": base64.b64encode(write(number, text, calls).encode()).decode()}
        acts.append({"answer": {"kind": "raw", "content_type": "text/event-stream", "pieces": [piece]}})
    failure = {"status": 400, "message": "the script is at its end"}
    upstream.play(acts, {"answer": {"kind": "error", "failure": failure}})
