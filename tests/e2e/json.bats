#!/usr/bin/env bats
# --json: each command whose help has it prints JSON, and nothing else, on stdout.

# shellcheck disable=SC2030,SC2031,SC2154 # each test has its own; set by support.bash, and by run
load support
setup() {
    prepare
    start_node a
    : >"$T/called"
}
teardown() { end_nodes; }

# json COMMAND -- ARGUMENTS...: what it prints is in $output.
json() {
    local name=()
    while [ "$1" != -- ]; do
        name+=("$1")
        shift
    done
    shift
    run --separate-stderr avow "${name[@]}" "$@" --json
    jq -s -e 'length > 0' <<<"$output" >/dev/null || fail "${name[*]} $*: $output" "$stderr"
    echo "${name[*]}" >>"$T/called"
}
value() { jq -r "$1" <<<"$output"; }

# The names of all commands whose help has --json.
with_json() {
    avow help | sed -n '/^commands:/,/^$/s/^  \([a-z-]*\( [a-z-]*\)\?\)  .*/\1/p' | while read -r name; do
        # shellcheck disable=SC2086 # a name is one word or two
        if avow $name --help | grep -q -- '--json '; then echo "$name"; fi
    done
}

issuer_and_achievements() {
    export AVOW_NODE
    AVOW_NODE=$(address a)
    json issuer new -- --name Instituto --jurisdiction PT --website https://issuer.example --no-passphrase
    json issuer show --
    issuer=$(value .id)
    json issuer nodes --
    json issuer custody-key -- --home "$T/custody" --no-passphrase
    local module=(--level 6 --framework EQF --field 0612 --credits 6 --credit-system ECTS)
    json achievement add -- --code A --title "First" "${module[@]}"
    first=$(value .index)
    json achievement add -- --code B --title "Second" "${module[@]}"
    second=$(value .index)
    json achievement list --
    json achievement show -- "$first"
    json find -- first
}

credentials() {
    csv 2 >"$T/learners.csv"
    json issue -- --achievement "$first" --csv "$T/learners.csv" --out "$T/badges"
    json renew -- "$T/badges/r2.json" --out "$T/renewed/new.json"
    json suspend -- "$T/badges/r1.json"
    json reinstate -- "$T/badges/r1.json"
    json verify -- "$T/badges/r1.json"
    [ "$(value .verdict)" = valid ] || fail "$output"
}

recognitions() {
    local other
    other=$(AVOW_HOME=$T/other avow issuer new --name Other --jurisdiction PT --website https://other.example --no-passphrase)
    json recognise -- "$other" --as authority --subject-name Other --basis urn:x
    json recognised -- "$other"
    json withdraw -- "$issuer/$(avow log show --issuer "$issuer" --count 1 --json | jq '.[0].index')"
    avow policy new "$T/p.ini" --anchor "Instituto=$issuer"
    json policy check -- "$T/p.ini"
    json policy show -- "$T/p.ini"
}

pathways() {
    jq -n --argjson award "$second" --argjson rule "[\"achievement\", null, $first]" \
        '{title: "Way", award: $award, cascade: "degraded", rule: $rule}' >"$T/pathway.json"
    json pathway add -- "$T/pathway.json"
    pathway=$(value .index)
    json pathway show -- "$pathway"
    mkdir "$T/ana"
    cp "$T/badges/r1.json" "$T/ana"
    json stack check -- "$T/ana" --pathway "$pathway"
    json stack award -- "$T/ana" --pathway "$pathway" --name Ana --out "$T/ana/award.json"
    json revoke -- "$T/ana/award.json" --reason error
}

@test "each command with --json prints JSON and nothing else" {
    issuer_and_achievements
    credentials
    recognitions
    pathways
    json log show -- --issuer "$issuer"
    json log audit -- --issuer "$issuer"
    json node status --
    json node peers -- --token "$T/a/operator.token"
    echo '{"version": 1, "logs": []}' >"$T/cursor"
    "$AVOW_BIN/avow" watch --from "$T/cursor" --json >"$T/events" 3>&- &
    local watch=$!
    eventually [ -s "$T/events" ]
    kill -TERM "$watch"
    wait "$watch" || :
    head -n 1 "$T/events" | jq -e .index
    echo watch >>"$T/called"
    json issuer recover -- --from "$(avow issuer show --json | jq .size)" --no-passphrase --yes
    stop_node a
    json node check -- --data "$T/a"
    diff <(with_json | sort) <(sort -u "$T/called")
}
