#!/usr/bin/env bats
# A stolen signing key: a thief with a copy of the home node and of its keys makes another history
# of the log, and nodes hold one or the other. All say so; then the issuer recovers.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() { prepare; }
teardown() { end_nodes; }

issue() { csv "$1" "$2" >"$T/$2.csv" && avow issue --achievement "$achievement" --csv "$T/$2.csv" --out "$3"; }
index_of() { jq -r '.credentialStatus[0].id' "$1" | sed 's/.*\///; s/#.*//'; }
size_at() { avow log audit --issuer "$issuer" --node "$(address "$1")" --json | jq '.[0].size'; }
holds() { [ "$(size_at "$1")" = "$2" ]; }
# The fork, as a verdict shows it wherever the record is.
shows() { [ "$(avow verify "$3" --node "$(address "$2")" --json | jq -r .fork)" = "$1" ]; }
both_say() { says "$1" b "$2" && says "$1" c "$2"; }

# Three records below the last root entry, one beyond; the thief's copies; then a and b go on
# without the thief, who has c.
part() {
    start_node b
    start_node a --peer "$(address b)"
    new_issuer a
    issue 3 r "$T/badges"
    avow issuer rotate-key --yes --no-passphrase
    issue 1 early "$T/badges"
    size=$(size_at a)
    eventually holds b "$size"
    stop_node a
    cp -r "$T/a" "$T/thief"
    cp -r "$AVOW_HOME" "$T/stolen"
    start_node c
    start_node thief --peer "$(address c)"
    start_node a --peer "$(address b)"
    eventually peers_ready a 1
    eventually peers_ready thief 1
}

as_thief() { AVOW_HOME=$T/stolen AVOW_NODE=$(address thief) "$@"; }

@test "a forked log is disputed on every node, what lies below stands; recovered, all follow" {
    part
    avow revoke "$T/badges/r1.json" --reason error
    issue 1 honest "$T/badges"
    as_thief avow revoke "$T/badges/r2.json" --reason error
    as_thief issue 2 false "$T/forged"
    eventually says valid b "$T/badges/honest1.json"
    eventually says valid c "$T/forged/false2.json"
    stop_node c
    start_node c --peer "$(address b)" # the partition heals
    eventually both_say disputed "$T/badges/honest1.json"
    eventually both_say disputed "$T/forged/false1.json"
    both_say disputed "$T/badges/early1.json"
    for record in r1 r2; do
        eventually both_say revoked "$T/badges/$record.json"
    done
    both_say valid "$T/badges/r3.json"
    shows fork b "$T/badges/r3.json"
    shows fork c "$T/badges/r3.json"
    grep -q 'event=fork-known' "$T/b.log"
    # A node that comes anew hears of it with the log.
    start_node d --peer "$(address c)"
    eventually says disputed d "$T/forged/false1.json"
    eventually says revoked d "$T/badges/r1.json"

    # The thief's node is not there when it is recovered, and goes on by itself.
    stop_node thief
    avow issuer recover --from "$size" --files "$T/badges" --no-passphrase --yes >"$T/said"
    recovered=$(size_at a)
    for node in b c d; do
        eventually holds "$node" "$recovered"
        eventually says valid "$node" "$T/badges/honest1.json"
        says valid "$node" "$T/badges/early1.json"
        says revoked "$node" "$T/badges/r1.json"
        says valid "$node" "$T/badges/r2.json"
        run ! says valid "$node" "$T/forged/false1.json"
        shows null "$node" "$T/badges/r3.json"
    done
    # The issuer goes on; whatever the thief says now, at any size, wins nothing.
    start_node thief
    as_thief issue 9 more "$T/forged"
    stop_node thief
    start_node thief --peer "$(address c)"
    eventually holds thief "$recovered"
    run ! as_thief issue 1 again "$T/forged"
    issue 1 late "$T/badges"
    for node in b c d; do
        eventually says valid "$node" "$T/badges/late1.json"
        run ! says valid "$node" "$T/forged/more1.json"
    done
    stop_node c
    avow node check --data "$T/c"
}

# Verifies at a node under the policy that names node a, by its cosignatures on the log.
under_a() { [ "$(avow verify "$3" --node "$(address "$2")" --policy "$T/a.ini" --json | jq -r .verdict)" = "$1" ]; }
names_a() { avow policy new "$1" --min-witnesses 1 --witness "Home=$(node_status a | jq -r .node)"; }

@test "lines of a witness that a node's policies name are kept there, and passed on" {
    start_node a
    names_a "$T/a.ini"
    for node in b c; do
        mkdir "$T/$node.policies"
        cp "$T/a.ini" "$T/$node.policies/"
    done
    start_node b --peer "$(address a)" --policies "$T/b.policies"
    start_node c --peer "$(address b)" --policies "$T/c.policies"
    start_node d --peer "$(address c)" # its policies name nobody
    new_issuer a
    issue 1 r "$T/badges"
    for node in a b c; do
        eventually under_a valid "$node" "$T/badges/r1.json"
    done
    eventually says valid d "$T/badges/r1.json"
    under_a unknown d "$T/badges/r1.json"
    [ "$(avow verify "$T/badges/r1.json" --node "$(address d)" --policy "$T/a.ini" --json | jq -r .why)" = witnesses ]
}

@test "what a verifier's witnesses had covered before a fork stands beyond it" {
    part
    avow policy new "$T/b.ini" --min-witnesses 1 --witness "B=$(node_status b | jq -r .node)"
    under_b() { [ "$(avow verify "$3" --node "$(address "$2")" --policy "$T/b.ini" --json | jq -r .verdict)" = "$1" ]; }
    issue 1 honest "$T/badges"
    eventually under_b valid b "$T/badges/honest1.json"
    as_thief issue 1 false "$T/forged"
    eventually says valid c "$T/forged/false1.json"
    stop_node c
    start_node c --peer "$(address b)"
    eventually both_say disputed "$T/badges/honest1.json"
    under_b valid b "$T/badges/honest1.json"
    under_b disputed b "$T/forged/false1.json"
    under_b disputed c "$T/forged/false1.json"
}
