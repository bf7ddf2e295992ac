#!/usr/bin/env bats
# Whoever sends much keeps nobody else waiting; and who is connected is the operator's to know.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() {
    prepare
    start_node a
}
teardown() { end_nodes; }

# Ten times what a quiet machine takes: this one is busy with the attacker.
VERIFY_MS=1000 CONNECT_MS=3000

# beside ATTACK COUNT: meanwhile an honest question and a newcomer's handshake come through.
beside() {
    "$AVOW_TOOLS/probe" "$(address a)" "$AVOW_TOOLS/hostile" "$(address a)" "$1" "$2" \
        >"$T/met" 2>"$T/did"
    echo "$(cat "$T/did"); count failed p50 p99 max: $(tr '\n' ' ' <"$T/met")" >&3
    awk -v verify="$VERIFY_MS" -v connect="$CONNECT_MS" '
        $1 == "verify" && ($3 > 0 || $5 > verify) {exit 1}
        $1 == "connect" && ($3 > 0 || $5 > connect) {exit 1}' "$T/met" || fail "$(cat "$T/met")"
}

@test "bursts of PINGs, on twenty connections" { beside pings 160; }

@test "the same, each in a frame of its own" { beside frames 160; }

@test "bursts of questions how the node is, on twenty connections" { beside statuses 60; }

@test "bursts of questions who its peers are, which no stranger is told" {
    beside peers 4
    expect_exit 1 avow node peers --node "$(address a)"
    expect_exit 0 avow node peers --node "$(address a)" --token "$T/a/operator.token"
    [ "$(avow node status --node "$(address a)" --json | jq 'has("links") or has("listen")')" = false ]
    [ "$(stat -c %a "$T/a/operator.token")" = 600 ]
}
