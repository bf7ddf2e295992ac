#!/usr/bin/env bats
# What a swarm announces first and withholds is had from whoever serves it.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() { prepare; }
teardown() { end_nodes; }

@test "a revocation that eight peers announce first and withhold comes from the one that serves it" {
    start_node b
    start_node a --peer "$(address b)"
    eventually peers_ready b 1
    new_issuer a
    csv 3 >"$T/learners.csv"
    avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
    eventually says valid b "$T/out/r1.json"
    # Apart from b, the home node takes a revocation, and the swarm hears of it first.
    stop_node a
    start_node a
    avow revoke "$T/out/r1.json" --reason error
    HOSTILE_FROM=$(address a) "$AVOW_TOOLS/hostile" "$(address b)" withheld 8 >"$T/did" 2>&1 3>&- &
    swarm=$!
    eventually grep -q withheld "$T/did"
    says valid b "$T/out/r1.json"
    stop_node a
    start_node a --peer "$(address b)"
    AVOW_PATIENCE=20 eventually says revoked b "$T/out/r1.json"
    kill "$swarm"
    wait "$swarm" || :
}
