#!/usr/bin/env bats
# Names with several addresses: a node listens on all of them, and dials one after the other. The
# names are the tests' own (tests/e2e/tools/preload/names.c); all of 127.0.0.0/8 is this machine.

# shellcheck disable=SC2030,SC2031,SC2154 # tests are subshells; set by support.bash, and by run
load support
setup() {
    prepare
    declare -gA host=()
    export LD_PRELOAD=$AVOW_TOOLS/names.so
    export NAMES="both.test=127.0.0.2,127.0.0.1 twice.test=127.0.0.1,127.0.0.1 six.test=::1,127.0.0.1 only-six.test=::1 \
six-twice.test=::1,::1 away.test=127.0.0.1,192.0.2.1"
}
teardown() { end_nodes; }

# What start_node and the others take for a node's address.
address() { echo "${host[$1]:-127.0.0.1}:${node_port[$1]}"; }

answers() { [ -n "$(avow node status --node "$1:${node_port[$2]}" --json | jq -r .node)" ]; }

start_on() { # NODE HOST [PORT]
    node_port[$1]=${3:-$(free_port)} host[$1]=$2
    start_node "$1" "${@:4}"
}

# A node that does not start says in one line which address it could not have, and why.
refuses() { # HOST WHAT
    run --separate-stderr timeout 20 "$AVOW_BIN/avowd" --data "$T/refused" --listen "$1:${node_port[a]}"
    [ "$status" -eq 1 ] || fail "exit status $status" "$stderr"
    [[ "$stderr" == *event=cannot-listen*"$2"* ]] || fail "$stderr"
}

@test "a node listens on every address of a name" {
    start_on a both.test
    answers 127.0.0.1 a
    answers 127.0.0.2 a
}

@test "an address that a name has twice is one" {
    start_on a twice.test
    answers 127.0.0.1 a
}

@test "localhost, where there is no IPv6" {
    NO_IPV6=1 start_on a six.test
    answers 127.0.0.1 a
    NO_IPV6=1 refuses only-six.test 'why="[::1]:'
    NO_IPV6=1 refuses six-twice.test 'why="[::1]:'
}

@test "one of a name's addresses cannot be had" {
    start_on a 127.0.0.1
    refuses both.test "why=\"127.0.0.1:${node_port[a]}: address already in use"
    refuses away.test "why=\"127.0.0.1:${node_port[a]}: address already in use"
    node_port[a]=$(free_port)
    refuses away.test "why=\"192.0.2.1:${node_port[a]}: address not available"
}

@test "a peer is found behind any address of its name" {
    start_node b
    start_node a --peer "both.test:${node_port[b]}"
    eventually peers_ready a 1
    grep -q "event=peer-unreachable .*address=127.0.0.2:${node_port[b]}" "$T/a.log" || fail "$(cat "$T/a.log")"
    [ "$(grep -c event=peer-unreachable "$T/a.log")" -eq 1 ] || fail "$(cat "$T/a.log")"
}

@test "a name behind which another node than the pinned one comes first" {
    start_node b
    start_on c 127.0.0.2 "${node_port[b]}"
    id=$(node_status b | jq -r .node)
    start_node a --peer "$id@both.test:${node_port[b]}"
    eventually peers_ready a 1
    [ "$(avow node peers --node "$(address a)" --token "$T/a/operator.token" --json | jq -r '.[] | select(.role == "node").node')" = "$id" ]
}

@test "a name behind which the node itself comes first" {
    start_node b
    start_on a 127.0.0.2 "${node_port[b]}" --peer "both.test:${node_port[b]}"
    eventually peers_ready a 1
}
