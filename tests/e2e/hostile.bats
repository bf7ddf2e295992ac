#!/usr/bin/env bats
# Whoever means no good is dropped, costs at most one signature check, takes no memory worth
# mentioning, and keeps nobody else waiting.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() {
    prepare
    start_chain
    new_issuer b
    csv 3000 >"$T/learners.csv"
    avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
}
teardown() { end_nodes; }

# The room that strangers may take of a node, in KiB.
ROOM_KIB=65536

# attack SCENARIO COUNT: on b, while revocations travel over it from a to c, and verdicts are asked.
attack() {
    local most=0 now attacker
    "$AVOW_TOOLS/hostile" "$(address b)" "$1" "$2" >"$T/did" 2>&1 &
    attacker=$!
    "$AVOW_TOOLS/latency" "$(address a)" "$(address c)" 20 >"$T/times"
    while kill -0 "$attacker" 2>/dev/null; do
        now=$(rss_kib b)
        [ "$now" -le "$most" ] || most=$now
        says valid b "$T/out/r7.json"
    done
    wait "$attacker" || fail "$(cat "$T/did")"
    now=$(rss_kib b)
    [ "$now" -le "$most" ] || most=$now
    echo "$(cat "$T/did"); $most KiB, revocations $(tail -n 1 "$T/times") ms" >&3
    [ "$most" -le "$ROOM_KIB" ]
    says valid b "$T/out/r7.json"
    avow log audit --issuer "$issuer" --node "$(address b)"
}

@test "noise, and halves of handshakes: dropped, and soon not even let in" {
    attack junk 2000
    [ "$(node_status b | jq .links.refused)" -ge 1000 ]
}

@test "handshakes that go no further are ended by themselves" {
    attack halves 100
    [ "$(node_status b | jq .links.inbound)" -le 4 ]
}

@test "a list of a million logs that do not exist" {
    attack listed 1000000
    [ "$(node_status b | jq .store.logs)" -eq 2 ]
}

@test "200,000 announcements of logs that do not exist" {
    attack announced 200000
    [ "$(node_status b | jq .store.logs)" -eq 2 ]
}

@test "forged checkpoints of a real issuer: one signature check each connection, at most" {
    before=$(node_status b | jq .gossip.judged)
    honest=$(node_status c | jq .gossip.judged)
    attack forged 200
    judged=$(($(node_status b | jq .gossip.judged) - before))
    # What c judged meanwhile, b judged too.
    honest=$(($(node_status c | jq .gossip.judged) - honest))
    [ "$judged" -le $((200 + honest)) ] || fail "$judged judged, $honest of them honest"
    [ "$(node_status b | jq .gossip.rejected)" -ge 100 ]
    [ "$(grep -c reject=REJECT_SIGNATURE "$T/b.log")" -le 50 ] # and no line for each
}

@test "questions without end, and nobody who reads the answers" {
    attack deaf 5000000
}

holds() { [ "$(node_status "$1" | jq .store.logs)" -eq "$2" ]; }

@test "a log that names a node's own key as its heartbeat parts nobody, now or after a restart" {
    attack claims 3
    eventually holds a 6
    eventually holds c 6
    stop_node b
    start_node b
    eventually peers_ready a 1
    eventually peers_ready c 1
    eventually peers_ready b 2
    avow revoke "$T/out/r7.json" --reason error
    eventually says revoked c "$T/out/r7.json"
    [ "$(cat "$T"/[abc].log | grep -c reject=REJECT_)" -eq 0 ]
}
