#!/usr/bin/env bats
# All attacks at once, from 64 processes, against the middle one of three nodes: revocations go over
# it from one neighbour to the other, and whoever asks it honestly is answered. For AVOW_SIEGE (10)
# seconds; ten minutes of it, with what it found, are in docs/threats.md.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() {
    prepare
    start_chain
    HOSTILE_FROM=$(address a) # whose revocations are announced first and withheld
    export HOSTILE_FROM
}
teardown() { end_nodes; }

SIEGE=${AVOW_SIEGE:-10}
ROOM_KIB=131072 # beside the map

# Ten times what a quiet machine is to keep: this one is busy with the attackers.
REVOKED_MS=${AVOW_SIEGE_REVOKED_MS:-10000}
ANSWERED_MS=${AVOW_SIEGE_ANSWERED_MS:-2000}

# percentile FILE PERCENT: of a number a line.
percentile() {
    local count
    count=$(wc -l <"$1")
    sort -n "$1" | sed -n "$((count * $2 / 100 + 1))p"
}

within() { # WHAT VALUE MOST
    awk -v v="$2" -v m="$3" 'BEGIN {exit !(v <= m)}' || fail "$1: $2, at most $3"
}

@test "all attacks at once: revocations arrive, honest questions are answered, memory is bounded" {
    local most=0 now besieged
    "$AVOW_TOOLS/probe" "$(address b)" "$AVOW_TOOLS/hostile" "$(address b)" siege "$SIEGE" \
        >"$T/met" 2>"$T/did" &
    besieged=$!
    while kill -0 "$besieged" 2>/dev/null; do
        "$AVOW_TOOLS/latency" "$(address a)" "$(address c)" 20 "$RANDOM$RANDOM" >"$T/times.now" || break
        grep -v max "$T/times.now" >>"$T/times"
        now=$(rss_kib b)
        [ "$now" -le "$most" ] || most=$now
    done
    wait "$besieged" || fail "$(cat "$T/did" "$T/met")"
    echo "$(cat "$T/did"); $most KiB; $(wc -l <"$T/times") revocations, half $(percentile "$T/times" 50)," \
        "99 % $(percentile "$T/times" 99) ms" >&3
    sed 's/^/  count failed p50 p99 max: /' "$T/met" >&3
    [ "$most" -le "$ROOM_KIB" ] || fail "$most KiB"
    within "revocations, 99 %" "$(percentile "$T/times" 99)" "$REVOKED_MS"
    for what in verify connect submit; do
        within "$what, 99 %" "$(awk -v w="$what" '$1 == w {print $5}' "$T/met")" "$ANSWERED_MS"
    done
    within "verify that failed" "$(awk '$1 == "verify" {print $3}' "$T/met")" 0
}
