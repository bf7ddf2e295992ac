#!/usr/bin/env bats
# Connections to a node: who wants them all has none to hold, and none to spend.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() {
    prepare
    start_node a
}
teardown() { end_nodes; }

# besiege ATTACK COUNT: whoever asks, connects anew or submits meanwhile is let in, each time.
besiege() {
    "$AVOW_TOOLS/probe" "$(address a)" "$AVOW_TOOLS/hostile" "$(address a)" "$1" "$2" \
        >"$T/met" 2>"$T/did" || fail "$(cat "$T/did")"
    sed 's/^/  count failed p50 p99 max: /' "$T/met" >&3
    [ "$(awk '$3 != 0' "$T/met")" = "" ] || fail "$(cat "$T/met")"
}

@test "connections from everywhere that are kept and say nothing more keep nobody out" {
    besiege idlers 1500
    [ "$(node_status a | jq '.links.inbound <= .links.max')" = true ]
}

@test "connections that send nothing cost nobody else a handshake or a place" {
    besiege bare 10000
}
