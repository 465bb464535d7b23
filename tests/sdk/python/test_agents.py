"""Claude Code, Codex and Gemini CLI at work: they read files and write one, on models of other vendors that a script plays."""

import base64
import json
import os
import pathlib
import re
import subprocess

import pytest
from conftest import PIXEL
from scripted_models import PROOF, USAGE, play

pytestmark = pytest.mark.gateway
TIMEOUT_SECS = 90
CONTENT = "Ada says “grüß dich”\nBob says hello\n"
TASK = "Put what a.txt and b.txt say into d.txt."


@pytest.fixture
def room(tmp_path):
    """A folder with two files, and a home without anybody's settings."""
    folder, home = tmp_path / "work", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    for name, line in zip(("a.txt", "b.txt"), CONTENT.splitlines(keepends=True), strict=True):
        (folder / name).write_text(line)
    (folder / "c.png").write_bytes(PIXEL)
    return folder, home


def run(program, arguments, folder, home, **variables):
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "NO_PROXY": "127.0.0.1", **variables}
    command = [pathlib.Path(os.environ["SLUICE_AGENTS_BIN"]) / program, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=TIMEOUT_SECS, check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def told(upstream):
    return [base64.b64decode(request["body"]).decode() for request in upstream.relayed() if request["method"] == "POST"]


def assert_done(upstream, folder):
    """Returns what the model read in its second turn."""
    assert (folder / "d.txt").read_text() == CONTENT
    first, second, third = [json.dumps(json.loads(body), ensure_ascii=False) for body in told(upstream)]
    assert TASK in first and "Ada says" not in first
    assert "Ada says “grüß dich”" in second and "Bob says hello" in second
    assert PROOF not in first and len(third) > len(second) > len(first)
    return second


def assert_saw_the_picture_and_its_thought(upstream, body):
    assert re.search("image/(png|jpeg|webp)", body)
    # Chat completions have no place for a proof.
    assert (PROOF in body) == (upstream.name != "only_chat")


def test_claude_code_does_a_task(the_world, upstream, room):
    folder, home = room
    play(
        upstream,
        ("I look at the files.", [("Read", {"file_path": str(folder / name)}) for name in ("a.txt", "b.txt", "c.png")]),
        ("", [("Write", {"file_path": str(folder / "d.txt"), "content": CONTENT})]),
        ("All is written.", []),
    )
    said = run(
        "claude", ["-p", TASK, "--output-format", "json", "--allowedTools", "Read", "Write"], folder, home,
        ANTHROPIC_BASE_URL=the_world.gateway_url, ANTHROPIC_AUTH_TOKEN=the_world.key, ANTHROPIC_MODEL=upstream.name,
        ANTHROPIC_DEFAULT_HAIKU_MODEL=upstream.name, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1", DISABLE_TELEMETRY="1",
        DISABLE_AUTOUPDATER="1", DISABLE_ERROR_REPORTING="1", CLAUDE_CODE_MAX_RETRIES="0",
    )
    result = json.loads(said)
    assert (result["result"], result["is_error"], result["num_turns"]) == ("All is written.", False, 5)
    usage = result["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (3 * USAGE[0], 3 * USAGE[1])
    assert_saw_the_picture_and_its_thought(upstream, assert_done(upstream, folder))


CODEX_SETTINGS = """
model = "{model}"
model_provider = "sluice"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.sluice]
name = "Sluice"
base_url = "{base_url}/v1"
env_key = "SLUICE_KEY"
wire_api = "responses"
# Sluice refuses the socket, and Codex must go on without it at once.
supports_websockets = true
request_max_retries = 0
stream_max_retries = 0
"""


def test_codex_does_a_task(the_world, upstream, room):
    folder, home = room
    settings = home / ".codex" / "config.toml"
    settings.parent.mkdir()
    settings.write_text(CODEX_SETTINGS.format(model=upstream.name, base_url=the_world.gateway_url))
    play(
        upstream,
        (
            "I look at the files.",
            [
                *(("exec_command", {"cmd": f"cat {name}"}) for name in ("a.txt", "b.txt")),
                ("view_image", {"path": str(folder / "c.png")}),
            ],
        ),
        ("", [("exec_command", {"cmd": "cat a.txt b.txt > d.txt"})]),
        ("All is written.", []),
    )
    said = run(
        "codex", ["exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", TASK],
        folder, home, SLUICE_KEY=the_world.key,
    )
    seen = [json.loads(line) for line in said.splitlines()]
    texts = [each["item"]["text"] for each in seen if each.get("item", {}).get("type") == "agent_message"]
    assert texts == ["I look at the files.", "All is written."]
    assert seen[-1]["type"] == "turn.completed"
    usage = seen[-1]["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (3 * USAGE[0], 3 * USAGE[1])
    assert_saw_the_picture_and_its_thought(upstream, assert_done(upstream, folder))


GEMINI_SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": False},
    "general": {"enableAutoUpdate": False}, "telemetry": {"enabled": False},
}


def test_gemini_cli_does_a_task(the_world, upstream, room):
    folder, home = room
    (home / ".gemini").mkdir()
    (home / ".gemini" / "settings.json").write_text(json.dumps(GEMINI_SETTINGS))
    play(
        upstream,
        ("I look at the files.", [("read_file", {"file_path": str(folder / name)}) for name in ("a.txt", "b.txt")]),
        ("", [("write_file", {"file_path": str(folder / "d.txt"), "content": CONTENT})]),
        ("All is written.", []),
    )
    arguments = ["-p", TASK, "-m", upstream.name, "--output-format", "json", "--approval-mode", "yolo", "--skip-trust"]
    said = run(
        "gemini", arguments, folder, home,
        GEMINI_API_KEY=the_world.key, GOOGLE_GEMINI_BASE_URL=the_world.gateway_url,
    )
    assert json.loads(said)["response"] == "All is written."
    assert_done(upstream, folder)
