#!/usr/bin/env bats
# Whoever fills a node's store, signed or not, keeps nobody from revoking; and whoever signs a log
# again and again makes nobody write.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() { prepare; }
teardown() { end_nodes; }

# hostile NODE ATTACK COUNT: what it did is in $T/did.
hostile() {
    "$AVOW_TOOLS/hostile" "$(address "$1")" "$2" "$3" >"$T/did"
    cat "$T/did" >&3
}
store_bytes() { stat -c %s "$T/$1/store.mdb"; }

# What the honest issuer must be able to do, whatever the node is full of.
does_what_it_must() {
    avow revoke "$T/out/r1.json" --reason error
    says revoked b "$T/out/r1.json"
    says valid b "$T/out/r2.json"
    avow issuer rotate-key --yes --no-passphrase
    avow revoke "$T/out/r3.json" --reason error
    says revoked b "$T/out/r3.json"
    avow issuer close --yes
    avow log audit --issuer "$issuer" --node "$(address b)"
}

begin_issuer() {
    new_issuer b
    csv 5 >"$T/learners.csv"
    avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
}

@test "texts that nobody signs take a small part of a store, and no revocation's place" {
    start_node b --store-max-bytes 10000000
    begin_issuer
    hostile b held 40
    [ "$(store_bytes b)" -le 3000000 ] || fail "$(store_bytes b) bytes"
    csv 5 n >"$T/more.csv"
    avow issue --achievement "$achievement" --csv "$T/more.csv" --out "$T/out"
    stop_node b
    start_node b --store-max-bytes 10000000
    does_what_it_must
}

@test "new logs find room among others that nobody signs, after a while" {
    use_clock
    start_node b --store-max-bytes 1000000
    hostile b newcomers 100
    export AVOW_NODE
    AVOW_NODE=$(address b)
    expect_exit 1 avow issuer new --name Late --jurisdiction PT --website https://late.example --no-passphrase
    [[ $stderr == *"too many new logs"* ]] || fail "$stderr"
    later
    avow issuer new --name Late --jurisdiction PT --website https://late.example --no-passphrase
}

@test "a store that others have filled takes revocations and keys, and says why it takes no records" {
    start_node b --store-max-bytes 2000000
    begin_issuer
    hostile b hoards 10
    csv 5 n >"$T/more.csv"
    expect_exit 1 avow issue --achievement "$achievement" --csv "$T/more.csv" --out "$T/out"
    [[ $stderr == *"the node's store is full"*store_max_bytes* ]] || fail "$stderr"
    does_what_it_must
}

@test "a log's quota: no record more, revocations and keys nevertheless" {
    start_node b --log-max-bytes 20000
    begin_issuer
    csv 1000 n >"$T/more.csv"
    expect_exit 1 avow issue --achievement "$achievement" --csv "$T/more.csv" --out "$T/out"
    [[ $stderr == *"its full quota"*log_max_bytes* ]] || fail "$stderr"
    does_what_it_must
}

written() { awk '/^wchar:/ {print $2}' "/proc/${node_pid[$1]}/io"; }

@test "a log that is signed again and again is judged, written and passed on once a minute" {
    local name judged bytes
    declare -A was
    start_chain
    begin_issuer
    eventually says valid c "$T/out/r1.json"
    for name in b c; do was[$name]=$(written "$name"); done
    hostile b refreshed 3000
    grep -q '^refreshed: 3000 ' "$T/did"
    avow revoke "$T/out/r1.json" --reason error
    eventually says revoked c "$T/out/r1.json"
    for name in b c; do
        judged=$(node_status "$name" | jq .gossip.judged)
        bytes=$(($(written "$name") - was[$name]))
        echo "$name: $judged judged, $bytes bytes written" >&3
        [ "$judged" -le 150 ] || fail "$name judged $judged"
        [ "$bytes" -le 8000000 ] || fail "$name wrote $bytes"
    done
}
