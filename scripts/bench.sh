#!/bin/sh
# Measures Sluice against nginx as a plain reverse proxy, and prints the result as markdown; details, logs and JSON go
# to target/bench. Options are those of crates/bench/compare (--quick, --only, --parts, --targets …; see --help).
# With BENCH_BUILD=0 the release binaries are taken as they are.
set -eu
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"

if ! command -v nginx >/dev/null 2>&1; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "bench: nginx is missing, and it is what all is compared with; install the package nginx-light" >&2
        exit 1
    fi
    # Nothing may listen on port 80 because somebody ran a benchmark, so the package must not start its service.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    apt-get update -q >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends nginx-light >&2
    if [ -d /run/systemd/system ]; then
        systemctl disable --quiet nginx >&2 || true
    fi
fi

ulimit -n "$(ulimit -H -n)"
if [ "${BENCH_BUILD:-1}" != 0 ]; then
    cargo build --release -p sluice-gateway -p sluice-bench >&2
fi
python3 -B crates/bench/compare --bin "$target/release" --out "$target/bench" "$@"
