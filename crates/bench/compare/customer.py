"""Makes the key of `templates/sluice.yaml` a customer: a price, money on its account, and a budget that its calls fall
under. Run once when a fresh instance is ready: customer.py PORT FOLDER, where FOLDER has what the instance printed."""

import http.client
import json
import re
import sys
import time
from pathlib import Path

ROOT = {"username": "root", "password": "correct horse battery"}
MODEL = "bench-model"
KEY = "bench"
SECRET = "ag-BenchBenchBenchBenchBenchBenchBenchBenchBench001"
PLENTY_MICROS = 10**12
# A price is in force when the snapshot has been made anew, which takes a second at most.
IN_FORCE_SECONDS = 20.0


class Admin:
    """The admin API as the first administrator, who is made here."""

    def __init__(self, port: int, output: str):
        self.port = port
        self.cookie = ""
        token = re.search(r"/setup#token=(\S+)", output)
        if not token:
            raise SystemExit("customer: this instance has an administrator already, or did not print its set-up link")
        self.ask("POST", "/api/setup", {**ROOT, "token": token.group(1)})

    def ask(self, method: str, path: str, body: dict | None = None):
        """Returns the data of a good answer; ends the program on any other."""
        headers = {"content-type": "application/json"}
        if self.cookie:
            headers["cookie"] = self.cookie
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            raise SystemExit(f"customer: {method} {path} was answered with {response.status}: {text}")
        self.cookie = (response.getheader("set-cookie") or self.cookie).split(";")[0]
        return json.loads(text).get("data")


def main() -> None:
    """States the price, pays in, makes the budget, and waits until a call is charged."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    admin = Admin(port, (folder / "output.log").read_text(errors="replace"))
    admin.ask("POST", "/api/price/", {"model": MODEL, "rates": {"input": 3_000_000, "output": 15_000_000}})
    key = next(key for key in admin.ask("GET", "/api/agg-token/?all=true")["items"] if key["name"] == KEY)
    account = admin.ask("GET", f"/api/agg-token/{key['id']}/account")
    admin.ask("POST", f"/api/account/{account['id']}/top-up", {"amount_micros": PLENTY_MICROS, "memo": "benchmark"})
    budget = {"scope": "key", "owner_id": key["id"], "period": "day", "limit_micros": PLENTY_MICROS}
    admin.ask("POST", "/api/budget/", budget)
    wait_until_charged(port)


def wait_until_charged(port: int) -> None:
    """Waits until the key's calls are answered: a call that cannot be priced or paid for is refused."""
    body = json.dumps({"model": MODEL, "max_tokens": 1, "messages": [{"role": "user", "content": "hi"}]})
    headers = {"content-type": "application/json", "authorization": f"Bearer {SECRET}"}
    deadline = time.monotonic() + IN_FORCE_SECONDS
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("POST", "/v1/chat/completions", body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        if response.status == 200:
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"customer: calls are still refused with {response.status}: {text}")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
