# What the end-to-end tests share. A test's nodes run on free ports of 127.0.0.1, with data folders
# under a folder of the test's own, and are ended by their process id.
# shellcheck shell=bash disable=SC2034,SC2154 # for the tests, and by run

set -u
bats_require_minimum_version 1.5.0

: "${AVOW_BIN:=$BATS_TEST_DIRNAME/../../build/bin}"
AVOW_BIN=$(cd "$AVOW_BIN" && pwd)
AVOW_TOOLS=${AVOW_BIN%/bin}/bin-e2e
AVOW_SEED=${AVOW_SEED:-20260921}

avow() { "$AVOW_BIN/avow" "$@"; }
avowd() { "$AVOW_BIN/avowd" "$@"; }

# A failure says what was expected and what there was; bats shows it.
fail() {
    printf '%s\n' "$@" >&2
    return 1
}

# eventually COMMAND...: asks until it succeeds, each 10 ms, for AVOW_PATIENCE (30) seconds.
eventually() {
    local end=$((SECONDS + ${AVOW_PATIENCE:-30}))
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || fail "did not come about: $*" || return 1
        read -rt 0.01 <> <(:) || :
    done
}

# A port that nobody listens on, and that this run has not had: one of AVOW_PORTS ("FIRST COUNT"),
# which lie below those that the kernel hands out.
free_port() {
    local port first count
    read -r first count <<<"${AVOW_PORTS:-20000 12000}"
    while :; do
        port=$((first + RANDOM % count))
        mkdir "$BATS_RUN_TMPDIR/port-$port" 2>/dev/null || continue
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

# prepare: for setup(). $T is the test's folder, $AVOW_HOME its keys.
prepare() {
    T=$BATS_TEST_TMPDIR
    declare -gA node_pid=() node_port=()
    export AVOW_HOME=$T/home
    mkdir -p "$AVOW_HOME"
    unset AVOW_NODE AVOW_PASSPHRASE_FILE
}

address() { echo "127.0.0.1:${node_port[$1]}"; }

is_listening() { grep -q 'event=listening' "$T/$1.log.now"; }

# A node that has ended cannot start listening any more.
listens_or_ended() { is_listening "$1" || ! kill -0 "${node_pid[$1]}"; }

# start_node NAME [avowd's options...]: on the port it had before, or on a free one, and waits
# until it listens. Its log is $T/NAME.log.
start_node() {
    local name=$1
    shift
    [ -n "${node_port[$name]:-}" ] || node_port[$name]=$(free_port)
    launch_node "$name" "$@"
    eventually listens_or_ended "$name"
    is_listening "$name" || fail "node $name did not start:" "$(cat "$T/$name.log.now")"
}

# The same, without waiting.
launch_node() {
    local name=$1
    shift
    : >"$T/$name.log.now"
    "$AVOW_BIN/avowd" --data "$T/$name" --listen "$(address "$name")" "$@" \
        > >(cat >>"$T/$name.out") 2> >(tee -a "$T/$name.log" >"$T/$name.log.now") 3>&- &
    node_pid[$name]=$!
}

# stop_node NAME: SIGTERM, and its exit status.
stop_node() {
    local pid=${node_pid[$1]}
    unset "node_pid[$1]"
    kill -TERM "$pid"
    wait "$pid"
}

kill_node() {
    local pid=${node_pid[$1]}
    unset "node_pid[$1]"
    kill -KILL "$pid"
    wait "$pid" || :
}

# For teardown(): whatever the test has left running. A node that died by itself is a failure.
end_nodes() {
    local name status=0
    for name in "${!node_pid[@]}"; do
        kill -0 "${node_pid[$name]}" 2>/dev/null || status=1
        stop_node "$name" || {
            echo "node $name ended with status $?" >&2
            status=1
        }
    done
    [ "$status" -eq 0 ] || tail -n 20 "$T"/*.log >&2
    return "$status"
}

# Three in a row, a - b - c: a and c know of b alone.
start_chain() {
    start_node b "$@"
    start_node a --peer "$(address b)" "$@"
    start_node c --peer "$(address b)" "$@"
    eventually peers_ready a 1
    eventually peers_ready c 1
    eventually peers_ready b 2
}

# peers_ready NAME COUNT: it has that many peers whose frontier it has heard.
peers_ready() {
    [ "$(avow node peers --node "$(address "$1")" --token "$T/$1/operator.token" --json |
        jq '[.[] | select(.role == "node" and .ready)] | length')" = "$2" ]
}

# sizes NAME: "issuer size root" of each log there, by what the node says.
rss_kib() { # RssAnon: what is mapped from the store's file does not count
    awk '/^RssAnon:/ {print $2}' "/proc/${node_pid[$1]}/status"
}

node_status() {
    avow node status --node "$(address "$1")" --token "$T/$1/operator.token" --json
}

# expect_exit STATUS COMMAND...: runs it as `run` does, and says what it printed if it differs.
expect_exit() {
    local want=$1
    shift
    run --separate-stderr "$@"
    [ "$status" -eq "$want" ] ||
        fail "$*" "exit status $status, expected $want" "stdout: $output" "stderr: ${stderr:-}"
}

# A verdict's JSON, whatever the exit status.
verdict_at() { # NODE FILE|REF
    avow verify "$2" --node "$(address "$1")" --json | jq -r .verdict
}
says() { # VERDICT NODE FILE|REF
    [ "$(verdict_at "$2" "$3")" = "$1" ]
}

# An issuer whose home node is NAME, with an achievement. Sets $issuer and $achievement.
new_issuer() {
    export AVOW_NODE
    AVOW_NODE=$(address "$1")
    issuer=$(avow issuer new --name "${2:-Instituto de Teste}" --jurisdiction PT \
        --website https://issuer.example --no-passphrase)
    achievement=$(avow achievement add --code DA-101 --title "Data analysis" --level 6 \
        --framework EQF --field 0612 --credits 6 --credit-system ECTS)
}

# csv COUNT [PREFIX]: a CSV of so many learners.
csv() {
    echo name,email,id
    seq 1 "$1" | sed "s/.*/Learner &,learner&@example.org,${2:-r}&/"
}

# flip FILE AT: the file with the lowest bit of byte AT flipped, on stdout.
flip() {
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    head -c "$2" "$1"
    # shellcheck disable=SC2059
    printf "\\x$(printf %02x $((byte ^ 1)))"
    tail -c +$(($2 + 2)) "$1"
}

# From here on nodes and commands have a clock that later() moves on: by more than the minute in which
# a node takes a new text, so that no second call says the same as the first by chance.
use_clock() {
    export CLOCK_FILE=$T/clock LD_PRELOAD=$AVOW_TOOLS/clock.so
    echo 0 >"$CLOCK_FILE"
}
later() {
    echo $(($(cat "$CLOCK_FILE") + 70)) >"$T/clock.new"
    mv "$T/clock.new" "$CLOCK_FILE"
}
