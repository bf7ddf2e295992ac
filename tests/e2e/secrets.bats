#!/usr/bin/env bats
# What a command frees holds nothing of a badge: neither its seed, as text or as bytes, nor its
# learner (tests/e2e/tools/preload/freed.c searches it).

# shellcheck disable=SC2030,SC2031,SC2154 # tests are subshells; set by support.bash, and by run
load support
setup() {
    prepare
    start_node a
    new_issuer a 2>"$T/err"
    printf 'name,email,id\nAnastasia Learner,anastasia.learner@example.org,r1\nBenedict Learner,benedict.learner@example.org,r2\n' \
        >"$T/list.csv"
    printf '%s\n' 'Anastasia Learner' 'Benedict Learner' anastasia.learner@ benedict.learner@ >"$T/secrets"
    export FREED_SECRETS=$T/secrets FREED_REPORT=$T/report
}
teardown() { end_nodes; }

searched() { LD_PRELOAD=$AVOW_TOOLS/freed.so avow "$@"; }
issue() { "$@" issue --achievement "$achievement" --csv "$T/list.csv" --out "$T/badges" 2>"$T/err"; }

# Seeds that commands read, and do not draw, are known by the files.
given() {
    issue avow
    jq -r '.credentialStatus[].id | select(startswith("avow:")) | sub(".*#"; "")' "$T"/badges/*.json >>"$T/secrets"
    [ "$(wc -l <"$T/secrets")" -eq 6 ]
}

nothing_found() { [ ! -s "$T/report" ] || fail "$(cat "$T/report")"; }

@test "what is searched for is found" {
    given
    LD_PRELOAD=$AVOW_TOOLS/freed.so jq . "$T/badges/r1.json" >"$T/out"
    run ! nothing_found
}

@test "issue, by a list and one" {
    issue searched
    searched issue --achievement "$achievement" --name 'Anastasia Learner' --email anastasia.learner@example.org \
        --out "$T/one" >"$T/out" 2>"$T/err"
    nothing_found
}

@test "verify, by file and by standard input, good and changed; prove" {
    given
    expect_exit 0 searched verify "$T/badges/r1.json"
    searched verify - --json <"$T/badges/r1.json" >"$T/out"
    sed 's/"name": "Data/"name": "Fata/' "$T/badges/r1.json" >"$T/changed.json"
    expect_exit 1 searched verify "$T/changed.json"
    head -c 900 "$T/badges/r1.json" >"$T/cut.json"
    expect_exit 2 searched verify "$T/cut.json"
    searched prove "$T/badges/r2.json" --out "$T/evidence"
    expect_exit 0 searched verify "$T/badges/r2.json" --offline "$T/evidence"
    nothing_found
}

@test "revoke, by file and by list; renew; watch" {
    given
    echo "$T/badges/r1.json" | cat <(echo file) - >"$T/targets.csv"
    searched suspend --csv "$T/targets.csv" 2>"$T/err"
    searched reinstate "$T/badges/r1.json" 2>"$T/err"
    searched renew "$T/badges/r1.json" --out "$T/new/r1.json" >"$T/out" 2>"$T/err"
    searched revoke "$T/badges/r2.json" --reason error 2>"$T/err"
    expect_exit 3 searched watch --credentials "$T/badges" --node 127.0.0.1:1
    nothing_found
}

@test "stack check and stack award" {
    given
    award=$(avow achievement add --code D --title Diploma 2>"$T/err")
    jq -n --argjson award "$award" --argjson part "$achievement" \
        '{title: "Diploma", award: $award, cascade: "degraded", rule: ["achievement", null, $part]}' >"$T/pathway.json"
    pathway=$(avow pathway add "$T/pathway.json")
    mkdir "$T/ana"
    cp "$T/badges/r1.json" "$T/ana"
    head -c 900 "$T/badges/r1.json" >"$T/ana/cut.json"
    expect_exit 0 searched stack check "$T/ana" --pathway "$pathway"
    expect_exit 0 searched stack award "$T/ana" --pathway "$pathway" --name "Anastasia Learner" --out "$T/diploma.json"
    nothing_found
}

@test "keys: the seeds of an issuer's, and of a connection" {
    export AVOW_HOME=$T/other
    searched issuer new --name S --jurisdiction PT --website https://s.example --no-passphrase >"$T/out" 2>"$T/err"
    searched issuer rotate-key --heartbeat --yes --no-passphrase 2>"$T/err"
    searched issuer rotate-root --yes --no-passphrase 2>"$T/err"
    nothing_found
}

@test "a node, of the heartbeat key that it is given" {
    export AVOW_HOME=$T/other
    new=(issuer new --name S --jurisdiction PT --website https://s.example --no-passphrase)
    # A call that cannot tell that it was through, so that the next gives the key again.
    strace -o "$T/strace" -e trace=unlink -e inject=unlink:error=EPERM "$AVOW_BIN/avow" "${new[@]}" >"$T/out" 2>"$T/err"
    sed -n 's/^seed: /hex /p' "$AVOW_HOME/heartbeat.key" >>"$T/secrets"
    stop_node a
    LD_PRELOAD=$AVOW_TOOLS/freed.so start_node a
    avow "${new[@]}" 2>"$T/err"
    stop_node a
    nothing_found
}

@test "issuer recover, which writes files anew" {
    given
    searched issuer recover --from "$(($(avow issuer show --json | jq .size) - 1))" --files "$T/badges" --yes \
        --no-passphrase 2>"$T/err"
    nothing_found
}
