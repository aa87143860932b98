#!/usr/bin/env bash
# Runs every test: the Rust tests, the interop tests against other people's tools, the examples.
#
#   tests/run.sh                installs what the interop tests need (apt, PyPI, npm), then runs it all
#   tests/run.sh --no-interop   installs nothing, runs the tests that need nothing
#
# A failed step is named and the other steps still run; the exit code is then 1. What is installed
# from PyPI goes to target/interop-venv, from npm to target/interop-npm, logs go to target/test-logs.
# tests/interop/README.md says how a test gets at a tool.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

interop=yes
case "${1-}" in
    "") ;;
    --no-interop) interop=no ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' tests/run.sh; exit 0 ;;
    *) echo "tests/run.sh: unknown argument '$1'; see tests/run.sh --help" >&2; exit 2 ;;
esac

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
logs=$target/test-logs
venv=$target/interop-venv
npm=$target/interop-npm
gonote=$target/interop/gonote
gopath=/usr/share/gocode # where Debian keeps Go libraries
step_limit=25m

# One tool a line: how to see that it is there, and the Debian package that brings it.
build_tools="
command -v cc                                               build-essential
command -v make                                             build-essential
command -v perl                                             perl
"
interop_tools="
command -v age                                              age
command -v age-keygen                                       age
command -v oathtool                                         oathtool
command -v zbarimg                                          zbar-tools
command -v go                                               golang-go
test -d $gopath/src/golang.org/x/mod/sumdb/note             golang-golang-x-mod-dev
command -v ssh-keygen                                       openssh-client
command -v openssl                                          openssl
command -v sqlite3                                          sqlite3
command -v pdftotext                                        poppler-utils
command -v pdftoppm                                         poppler-utils
command -v faketime                                         faketime
command -v pgrep                                            procps
command -v chromium                                         chromium
command -v node                                             nodejs
command -v npm                                              npm
find_python                                                 python3-venv
"

# ---- steps: heading, time, verdict -------------------------------------------------------------

rows=() broken=()
passed=0 failed=0 ignored=0

# step NAME COMMAND...: runs the command (a function too) with no standard input.
step() {
    local name=$1 began=$SECONDS status
    shift
    log=$logs/$(printf '%02d' $((${#rows[@]} + 1)))-$(tr -c 'a-zA-Z0-9\n' - <<<"$name").log
    printf '\n=== %s\n' "$name"
    "$@" </dev/null 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    [ "$status" -ne 124 ] || echo "stopped: it ran longer than $step_limit"
    local verdict=ok
    [ "$status" -eq 0 ] || { verdict=FAILED; broken+=("$log"); }
    rows+=("$(printf '%-44s %-7s %4d s' "$name" "$verdict" $((SECONDS - began)))")
    printf '=== %s: %s\n' "$name" "$verdict"
    return "$status"
}

skip() {
    printf '\n=== %s: skipped, %s\n' "$1" "$2"
    rows+=("$(printf '%-44s %-7s' "$1" skipped)")
}

# must NAME COMMAND...: preparation. Not a test, but a failure counts as one.
must() { step "$@" || { failed=$((failed + 1)); return 1; }; }

# check NAME COMMAND...: a script that is one test; success is exit code 0.
check() { if step "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }

# rust NAME ARGUMENTS...: `cargo test`, every test counted from the lines it closes with.
rust() {
    local name=$1 status=0 p f i
    shift
    step "$name" limited cargo test --release --locked --no-fail-fast "$@" || status=$?
    read -r p f i < <(sed 's/\x1b\[[0-9;]*m//g' "$log" |
        awk '/^test result: / { for (n = 2; n <= NF; n++) {
                 if ($n == "passed;") p += $(n - 1)
                 if ($n == "failed;") f += $(n - 1)
                 if ($n == "ignored;") i += $(n - 1) } }
             END { print p + 0, f + 0, i + 0 }')
    # It did not compile, or a test process died before it could count.
    [ "$status" -eq 0 ] || [ "$f" -gt 0 ] || f=1
    rows[-1]+=$(printf '   %d passed, %d failed, %d ignored' "$p" "$f" "$i")
    passed=$((passed + p)) failed=$((failed + f)) ignored=$((ignored + i))
}

limited() { timeout --kill-after=10s "$step_limit" "$@"; }

# ---- what the tests need -----------------------------------------------------------------------

# Prints the first Python that is new enough and can make a virtual environment.
find_python() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'; then
            command -v "$python"
            return
        fi
    done 2>/dev/null
    return 1
}

# missing LIST: the packages of the tools that are not there, each once.
missing() {
    local line
    while read -r line; do
        [ -z "$line" ] || eval "${line% *}" >/dev/null 2>&1 || echo "${line##* }"
    done <<<"$1" | sort -u | paste -sd ' '
}

# install LIST: nothing when every tool is there; apt where that is allowed; else says what to do.
install() {
    local packages as_root=() try
    packages=$(missing "$1")
    if [ -z "$packages" ]; then
        echo "all there"
        return 0
    fi
    if [ "$(id -u)" -ne 0 ]; then
        as_root=(sudo -n)
        if ! sudo -n true 2>/dev/null; then
            echo "missing, and installing needs root: run this, then tests/run.sh again" >&2
            echo "    sudo apt-get update && sudo apt-get install -y $packages" >&2
            return 1
        fi
    fi
    if ! command -v apt-get >/dev/null; then
        echo "missing, and there is no apt-get: install what Debian has in $packages" >&2
        return 1
    fi
    echo "installing $packages"
    for try in 1 2 3; do
        # shellcheck disable=SC2086 # one word a package
        "${as_root[@]}" apt-get -q update &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q \
                -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
                install -y --no-install-recommends $packages &&
            break
        echo "apt-get failed, try $try of 3" >&2
        sleep $((try * 5))
    done
    packages=$(missing "$1")
    [ -z "$packages" ] || { echo "still missing after apt-get: $packages" >&2; return 1; }
}

make_venv() {
    local python stamp
    python=$(find_python) || { echo "no Python 3.11 or newer with venv" >&2; return 1; }
    stamp=$("$python" --version && sha256sum tests/interop/requirements.txt)
    if [ "$(cat "$venv/stamp" 2>/dev/null)" = "$stamp" ] && "$venv/bin/python" -c ''; then
        echo "up to date: $venv"
        return 0
    fi
    # aics-tlog declares Python 3.12; it runs on Debian 12's 3.11, and what it says is tested.
    "$python" -m venv --clear "$venv" &&
        "$venv/bin/python" -m pip --disable-pip-version-check install --quiet --no-deps \
            --only-binary :all: --ignore-requires-python --retries 5 \
            -r tests/interop/requirements.txt &&
        "$venv/bin/python" -m pip --disable-pip-version-check check &&
        "$venv/bin/python" -c 'import aics_tlog, pexpect, PIL.Image, proofbundle, pyte, securesystemslib.dsse
import shamir_mnemonic, sqlcipher3, trestle.cli' &&
        echo "$stamp" >"$venv/stamp"
}

# Pinned with their digests; nothing of theirs is run while they are installed.
make_npm() {
    local stamp
    stamp=$(node --version && sha256sum tests/interop/package-lock.json)
    if [ "$(cat "$npm/stamp" 2>/dev/null)" = "$stamp" ]; then
        echo "up to date: $npm"
        return 0
    fi
    mkdir -p "$npm" && cp tests/interop/package.json tests/interop/package-lock.json "$npm" &&
        npm ci --prefix "$npm" --ignore-scripts --no-audit --no-fund --loglevel error &&
        echo "$stamp" >"$npm/stamp"
}

# Debian's Go libraries live in a GOPATH; nothing is fetched.
build_gonote() {
    mkdir -p "$(dirname "$gonote")" &&
        GO111MODULE=off GOPATH=$gopath GOFLAGS='' CGO_ENABLED=0 GOCACHE=$target/interop/go-cache \
            go build -o "$gonote" ./tests/interop/gonote
}

# ---- the run -----------------------------------------------------------------------------------

mkdir -p "$logs" && rm -f "$logs"/*.log || exit 1

if ! command -v cargo >/dev/null; then
    echo "cargo is missing: install Rust 1.89 or newer, see https://rustup.rs" >&2
    exit 1
fi

unset ROOTKEEP_INTEROP ROOTKEEP_VENV ROOTKEEP_PYTHON ROOTKEEP_TEST_PYTHON ROOTKEEP_GONOTE ROOTKEEP_NPM
if [ $interop = yes ]; then
    must "install tools" install "$build_tools$interop_tools" || interop=broken
    must "Python packages" make_venv || interop=broken
    must "npm packages" make_npm || interop=broken
    if [ $interop = yes ] && [ -d tests/interop/gonote ]; then
        must "build gonote" build_gonote || interop=broken
    fi
fi
if [ $interop = yes ]; then
    export ROOTKEEP_INTEROP=1 ROOTKEEP_VENV=$venv ROOTKEEP_PYTHON=$venv/bin/python
    export ROOTKEEP_TEST_PYTHON=$ROOTKEEP_PYTHON ROOTKEEP_GONOTE=$gonote ROOTKEEP_NPM=$npm
fi
export ROOTKEEP_BIN=$target/release/rootkeep

# The release profile everywhere: OpenSSL and SQLCipher are compiled once, `cargo run --release`
# finds them compiled, and what is tested is what people run. Overflow checks are on in it.
must "build" limited cargo build --release --locked --bins --examples

if [ $interop = yes ]; then
    # An ignored test is one that needs a foreign tool: they are all there now.
    rust "Rust tests, with interop" --tests -- --include-ignored
else
    rust "Rust tests" --tests
fi
rust "documentation examples" --doc

oracle() { # oracle SCRIPT EXAMPLE: a script that drives an example of the library by pipe
    local script=tests/interop/$1 run=()
    [ -f "$script" ] || return 0
    case "$1" in *.py) run=("$venv/bin/python") ;; *) run=(bash) ;; esac
    check "$script" limited "${run[@]}" "$script" "$target/release/examples/$2"
}

if [ $interop = yes ]; then
    oracle slip39_oracle.py slip39_pipe
    oracle totp_oracle.sh totp_pipe
    for script in tests/interop/*.sh; do
        [ -f "$script" ] && [ "$script" != tests/interop/totp_oracle.sh ] || continue
        check "$script" limited bash "$script"
    done
    for script in examples/*.sh; do
        [ -f "$script" ] || continue
        check "$script" limited bash "$script"
    done
else
    [ $interop = no ] && why="as asked" || why="a tool is missing, see above"
    skip "interop and example scripts" "$why"
fi

printf '\n=== summary (%d s)\n' $SECONDS
printf '%s\n' "${rows[@]}"
for log in "${broken[@]}"; do # what went wrong, where the end of a long output is all that is kept
    printf '\n--- %s\n' "$(basename "$log")"
    grep -E '^test .* \.\.\. FAILED$' "$log"
    if grep -q '^failures:$' "$log"; then
        sed -n '/^failures:$/,/^failures:$/p' "$log" | head -60
    else
        tail -25 "$log"
    fi
done
[ $((passed + failed)) -gt 0 ] || { echo "no test was run"; failed=1; }
echo
if [ $ignored -gt 0 ]; then
    echo "$passed passed, $failed failed, $ignored skipped"
else
    echo "$passed passed, $failed failed"
fi
[ $failed -eq 0 ]
