#!/usr/bin/env bats
# Nodes find each other's logs, whenever they come, and keep them; a revocation at one is seen two
# hops away within a quarter of a second.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() { prepare; }
teardown() { end_nodes; }

# The note's text of the checkpoint of $issuer as NODE shows it.
head_at() {
    local out
    out=$(mktemp -d -p "$T") && avow log export --issuer "$issuer" --node "$(address "$1")" \
        --out "$out" >"$out.said" && sed '/^$/q' "$out/checkpoint"
}
same_head() {
    local one other
    one=$(head_at "$1") && other=$(head_at "$2") && [ -n "$one" ] && [ "$one" = "$other" ]
}

@test "a log made at one node is whole two hops away, and a restarted node has it at once" {
    start_chain
    new_issuer a
    eventually same_head a c
    stop_node c
    start_node c
    same_head a c
}

@test "a late joiner gets what was published before it came, and what comes afterwards" {
    start_node a
    new_issuer a
    start_node late --peer "$(address a)"
    eventually same_head a late
    avow achievement add --code ST-201 --title Statistics --level 6 --framework EQF --field 0542 \
        --credits 3 --credit-system ECTS
    eventually same_head a late
    avow log audit --issuer "$issuer" --node "$(address late)"
}

@test "a node that was away catches up by itself when it is back" {
    start_node a
    start_node b --peer "$(address a)"
    new_issuer a
    eventually same_head a b
    before=$(head_at a)
    kill_node b
    avow achievement add --code ST-202 --title "More statistics" --level 6 --framework EQF \
        --field 0542 --credits 3 --credit-system ECTS
    [ "$before" != "$(head_at a)" ]
    start_node b --peer "$(address a)"
    eventually same_head a b
}

@test "a node reconnects by itself to a peer that was away" {
    start_node a
    start_node b --peer "$(address a)"
    eventually peers_ready b 1
    stop_node a
    eventually peers_ready b 0
    start_node a
    eventually peers_ready b 1
}

@test "nodes of another network do not talk, and a client is told" {
    start_node a
    new_issuer a
    start_node other --peer "$(address a)" --network elsewhere
    eventually grep -q event=peer-unreachable "$T/other.log"
    [ "$(avow node status --node "$(address other)" --network elsewhere --json |
        jq .store.logs)" -eq 0 ]
    expect_exit 3 avow node status --node "$(address other)"
    [[ $stderr == *network* ]] || fail "$stderr"
}

@test "SIGTERM ends a node in order: status 0, and a store that checks" {
    start_node a
    new_issuer a
    stop_node a
    grep -q 'event=stopped' "$T/a.log"
    avow node check --data "$T/a"
}

@test "a revocation is seen two hops away in under 250 ms, 100 times of 100" {
    start_chain
    "$AVOW_TOOLS/latency" "$(address a)" "$(address c)" 100 >"$T/times"
    tail -n 1 "$T/times" >&3
    [ "$(grep -c '^[0-9]' "$T/times")" -eq 100 ]
    awk '/^max/ { exit !($2 < 250) }' "$T/times"
}
