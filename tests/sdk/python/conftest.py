"""The world of the SDK tests: scripted upstreams, and Sluice before them unless SLUICE_TEST_DIRECT=1."""

import base64
import contextlib
import json
import os
import pathlib
import secrets
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import pytest

DIRECT = os.environ.get("SLUICE_TEST_DIRECT") == "1"
START_TIMEOUT_SECS = 20
STOP_TIMEOUT_SECS = 10
MODELS = {
    "openai": [
        "gpt-*", "o3", "omni-moderation-latest", "text-embedding-3-small", "whisper-1", "shared-model", "shared-too",
    ],
    "openai-b": ["shared-model", "shared-too"],
    "anthropic": ["claude-*"],
    "gemini": ["gemini-*"],
}

# A PNG of one pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SIX_MEGABYTES = 6 * 1024 * 1024

VENDORS = pathlib.Path(__file__).resolve().parent.parent / "vendors"
# Upstreams with one dialect each, so that every client must be converted to it: what they imitate, and their model.
# Each serves the public model of its own name.
ONLY = {
    "only_chat": ("newapi", "gpt-5.4"),
    "only_responses": ("openai", "gpt-5.4"),
    "only_messages": ("anthropic", "claude-sonnet-5"),
    "only_gemini": ("gemini", "gemini-3-flash"),
}


def http(method, url, body=None, headers=None, timeout=15):
    """Returns status, headers and body; an error status is an answer like any other."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json", **(headers or {})}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


class Upstream:
    """One scripted upstream."""

    def __init__(self, control, name, told):
        self.control = f"{control}/upstreams/{name}"
        self.name = name
        self.base_url = told["base_url"]
        self.secret = told["secret"]

    def script(self, answer=None, first=0, **act):
        """Sets what is answered: for every call, or for the `first` calls and the vendor's answer after that."""
        if answer is not None:
            act["answer"] = answer
        self.play([act] * first, {} if first else act)

    def play(self, first, then):
        """Sets what is answered to each of the first calls, and to the others."""
        script = {"first": [{"calls": 1, "act": act} for act in first], "then": then}
        status, _, body = http("PUT", f"{self.control}/script", script)
        assert status == 204, body

    def fail(self, status, message="scripted", first=0, headers=(), **facts):
        failure = {"status": status, "message": message, **facts}
        self.script({"kind": "error", "failure": failure}, first=first, headers=[list(pair) for pair in headers])

    def reset(self):
        assert http("POST", f"{self.control}/reset")[0] == 204

    def requests(self, at_least=0):
        return json.loads(http("GET", f"{self.control}/requests?at_least={at_least}")[2])

    def relayed(self):
        """The requests but those that ask for the list of models: Sluice may watch its upstreams."""
        return [request for request in self.requests() if not request["target"].startswith(("/v1/models", "/v1beta/models?"))
                or request["method"] != "GET"]

    def cancellations(self, at_least=1):
        return json.loads(http("GET", f"{self.control}/cancellations?at_least={at_least}")[2])


class World:
    """The upstreams and where to call them."""

    def __init__(self, upstreams, base_url, key):
        self.upstreams = upstreams
        self.gateway_url = base_url
        self.key = key

    def __getitem__(self, name):
        return self.upstreams[name]

    def base_url(self, name):
        return self.gateway_url or self.upstreams[name].base_url

    def key_for(self, name):
        return self.key or self.upstreams[name].secret


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def configuration(upstreams, key):
    served = {name: (name.removesuffix("-b"), models) for name, models in MODELS.items()}
    only = {name: (name, [{"name": name, "upstream": model}]) for name, (_, model) in ONLY.items()}
    # JSON is YAML.
    providers = [
        {
            "name": name, "vendor": vendor, "base_url": upstreams[name].base_url,
            "priority": -1 if name.endswith("-b") else 0, "models": models,
            "credentials": [{"name": "main", "secret": upstreams[name].secret}],
            "timeouts": {"connect_ms": 2000, "first_byte_ms": 10000, "idle_ms": 90000, "total_ms": 120000},
        }
        for name, (vendor, models) in [*served.items(), *only.items()]
    ]
    keys = [{"name": "sdk", "secret": key}]
    return json.dumps({"vendors_dir": str(VENDORS), "providers": providers, "keys": keys})


def start_sluice(folder, upstreams, key):
    config, port = folder / "sluice.yaml", free_port()
    config.write_text(configuration(upstreams, key))
    # What the tests are told by variables is no setting of Sluice, and it refuses what it does not know.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE_")}
    with open(folder / "sluice.log", "wb") as log:
        process = subprocess.Popen(
            [os.environ["SLUICE_BIN"], "serve", "--config", str(config), "--data", str(folder / "data"), "--port", str(port)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=folder,
            env=environment,
        )
    base_url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_TIMEOUT_SECS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if http("GET", f"{base_url}/healthz", timeout=2)[0] == 200:
                return process, base_url
        except OSError:
            pass
        time.sleep(0.05)
    process.kill()
    pytest.exit(f"sluice does not start:\n{(folder / 'sluice.log').read_text(errors='replace')[-4000:]}", 1)


def stop(process):
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_SECS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


@pytest.fixture(scope="session")
def the_world():
    kinds = {name: name.removesuffix("-b") for name in MODELS} | {name: kind for name, (kind, _) in ONLY.items()}
    arguments = [f"{name}={kind}" for name, kind in kinds.items()]
    program = subprocess.Popen(
        [os.environ["SLUICE_UPSTREAMS_BIN"], *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    told = json.loads(program.stdout.readline())
    upstreams = {name: Upstream(told["control"], name, facts) for name, facts in told["upstreams"].items()}
    try:
        if DIRECT:
            yield World(upstreams, None, None)
            return
        key = f"ag-{secrets.token_hex(24)}"
        with tempfile.TemporaryDirectory(prefix="sluice-sdk-") as folder:
            process, base_url = start_sluice(pathlib.Path(folder), upstreams, key)
            try:
                yield World(upstreams, base_url, key)
            finally:
                stop(process)
    finally:
        program.stdin.close()
        program.wait(STOP_TIMEOUT_SECS)


@contextlib.contextmanager
def watched(upstreams, node):
    """Makes upstreams fresh; after the test, none may have refused what the vendor would refuse."""
    for upstream in upstreams:
        upstream.reset()
    yield
    if node.get_closest_marker("refused"):
        return
    for upstream in upstreams:
        refusals = [(seen["target"], seen["refusal"]) for seen in upstream.requests() if seen["refusal"]]
        assert refusals == [], f"`{upstream.name}` got what its vendor refuses"


@pytest.fixture
def world(the_world, request):
    with watched(the_world.upstreams.values(), request.node):
        yield the_world


@pytest.fixture(params=ONLY)
def upstream(the_world, request):
    """Each upstream that speaks one dialect only."""
    with watched([the_world[request.param]], request.node):
        yield the_world[request.param]


def pytest_configure(config):
    config.addinivalue_line("markers", "refused: the test makes an upstream refuse a request on purpose")
    config.addinivalue_line("markers", "gateway: the test is about Sluice itself and says nothing without it")


def pytest_collection_modifyitems(items):
    if DIRECT:
        skip = pytest.mark.skip(reason="there is no Sluice between")
        for item in items:
            if item.get_closest_marker("gateway"):
                item.add_marker(skip)


def cancelled_within(upstream, left, limit_secs=0.1):
    """Asserts that an upstream noticed a client's leave soon after the time `left`."""
    seen = upstream.cancellations()
    assert len(seen) == 1, "the upstream did not notice that the client left"
    assert seen[0]["at"] - left < limit_secs
    return seen[0]
