#!/usr/bin/env bats
# The one thread that writes is nobody's: whatever logs others bring, an honest submission is stored
# next, and a revocation crosses the node.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() {
    prepare
    start_chain
}
teardown() { end_nodes; }

# Ten times what a quiet machine needs. Before, these logs kept the writer for seven seconds.
SUBMIT_MS=${AVOW_WRITER_SUBMIT_MS:-3000}
REVOKE_MS=${AVOW_WRITER_REVOKE_MS:-500}

@test "150 logs of 256 root entries keep no honest submission waiting" {
    "$AVOW_TOOLS/probe" "$(address b)" "$AVOW_TOOLS/hostile" "$(address b)" roots 150 \
        >"$T/met" 2>"$T/did" &
    local probe=$!
    AVOW_PATIENCE=120 eventually grep -q "logs are made" "$T/did"
    while kill -0 "$probe" 2>/dev/null; do
        "$AVOW_TOOLS/latency" "$(address a)" "$(address c)" 20 "$RANDOM$RANDOM" >>"$T/times"
    done
    wait "$probe" || fail "$(cat "$T/did" "$T/met")"
    read -r _ _ failed _ _ most < <(grep ^submit "$T/met")
    half=$(grep -v max "$T/times" | sort -n | awk '{t[NR] = $1} END {print t[int((NR + 1) / 2)]}')
    echo "$(tail -n 1 "$T/did"); submissions $(grep ^submit "$T/met"); half of the revocations $half ms" >&3
    [ "$failed" -eq 0 ]
    awk -v ms="$most" -v most="$SUBMIT_MS" 'BEGIN {exit !(ms <= most)}' || fail "a submission took $most ms"
    awk -v ms="$half" -v most="$REVOKE_MS" 'BEGIN {exit !(ms <= most)}' || fail "revocations took $half ms"
}
