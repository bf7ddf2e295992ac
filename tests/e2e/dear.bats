#!/usr/bin/env bats
# Questions of a hundred bytes that a node could be busy with for seconds: whoever asks for something
# else is answered as ever, and memory is bounded.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() {
    prepare
    start_node b
}
teardown() { end_nodes; }

# Ten times what a quiet machine is to keep; all that questions may take.
ANSWERED_MS=200
ROOM_KIB=65536

asks_or_ended() { grep -q asks "$T/did" || ! kill -0 "$1"; }

@test "evidence through many bodies with long root chains keeps nobody else waiting" {
    local before most=0 now asking probing
    "$AVOW_TOOLS/hostile" "$(address b)" dear 80 >"$T/did" 2>&1 &
    asking=$!
    AVOW_PATIENCE=120 eventually asks_or_ended "$asking"
    before=$(rss_kib b)
    "$AVOW_TOOLS/probe" "$(address b)" tail --pid="$asking" -n 0 -f "$T/did" >"$T/met" &
    probing=$!
    while kill -0 "$probing" 2>/dev/null; do
        node_status b >"$T/status"
        now=$(rss_kib b)
        [ "$now" -le "$most" ] || most=$now
    done
    wait "$asking" || fail "$(cat "$T/did")"
    wait "$probing" || fail "$(cat "$T/met")"
    echo "$(tail -n 1 "$T/did"); $((most - before)) KiB" >&3
    sed 's/^/  count failed p50 p99 max: /' "$T/met" >&3
    [ $((most - before)) -le "$ROOM_KIB" ] || fail "$((most - before)) KiB"
    awk -v most="$ANSWERED_MS" '$1 == "verify" {exit !($3 == 0 && $5 <= most)}' "$T/met" ||
        fail "$(cat "$T/met")"
}
