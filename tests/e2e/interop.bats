#!/usr/bin/env bats
# What the binaries write, judged by programs that share no code with them: badges and evidence by
# tests/interop/avow.mjs, exported logs by it and by Go's packages for transparency logs.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() { prepare; }
teardown() { end_nodes; }

again() { node "$BATS_TEST_DIRNAME/../interop/avow.mjs" "$@"; }
in_go() {
    GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=-mod=mod \
        go run "$BATS_TEST_DIRNAME/../interop/c2sp/main.go" "$@"
}

# agree WORD WHY BADGE [--at TIME SECONDS]: both say it, from the same evidence, made now.
agree() {
    local at=() at_seconds=()
    [ $# -lt 6 ] || { at=(--at "$5") at_seconds=(--at "$6"); }
    avow prove "$3" --out "$T/evidence"
    run --separate-stderr avow verify "$3" --offline "$T/evidence" --json "${at[@]}"
    local judged=$output judged_status=$status
    run --separate-stderr again verify "$3" "$T/evidence" "${at_seconds[@]}"
    [ "$output" = "$1 $2" ] || fail "in JavaScript: $output ($stderr)"
    [ "$(jq -r .verdict <<<"$judged")" = "$1" ] || fail "here: $judged"
    [ "$status" -eq "$judged_status" ] || fail "exit $judged_status here, $status in JavaScript"
}

publish() { # COUNT
    new_issuer a
    csv "$1" >"$T/learners.csv"
    avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/badges"
}

@test "badges and evidence are judged alike in another language" {
    start_node a
    publish 5
    agree valid none "$T/badges/r1.json"
    avow revoke "$T/badges/r2.json" --reason fraud
    avow revoke "$T/badges/r3.json" --reason lapsed
    avow suspend "$T/badges/r4.json" --reason lapsed
    agree revoked status "$T/badges/r2.json"
    agree revoked status "$T/badges/r3.json"
    agree suspended status "$T/badges/r4.json"
    avow reinstate "$T/badges/r4.json"
    agree valid none "$T/badges/r4.json"
    agree not-yet-valid period "$T/badges/r1.json" --at 2020-01-01T00:00:00Z 1577836800
    agree revoked status "$T/badges/r2.json" --at 2020-01-01T00:00:00Z 1577836800
}

@test "badges of before and after a new key and a new name are judged alike" {
    start_node a
    publish 1
    avow issuer rotate-key --yes --no-passphrase
    avow issuer identity --yes --name 'Instituto Novo'
    avow issue --achievement "$achievement" --name Later --id later --out "$T/later"
    agree valid none "$T/badges/r1.json"
    agree valid none "$T/later/later.json"
    avow log export --issuer "$issuer" --out "$T/export"
    again audit "$T/export"
    in_go "$T/export"
}

@test "a badge that was changed is tampered with in either language, another's evidence is unknown" {
    start_node a
    publish 2
    jq '.credentialSubject.identifier[0].identityHash = "Somebody else"' "$T/badges/r1.json" \
        >"$T/changed.json"
    agree tampered proof "$T/changed.json"
    avow prove "$T/badges/r2.json" --out "$T/others"
    expect_exit 3 again verify "$T/badges/r1.json" "$T/others"
    [ "$output" = 'unknown missing' ]
    expect_exit 3 avow verify "$T/badges/r1.json" --offline "$T/others"
}

@test "evidence with a bit flipped is refused in either language" {
    start_node a
    publish 1
    avow prove "$T/badges/r1.json" --out "$T/evidence"
    local size
    size=$(stat -c %s "$T/evidence")
    for at in 0 $((size / 5)) $((size / 3)) $((size / 2)) $((size - 1)); do
        node -e '
            const [path, out, at] = process.argv.slice(1), fs = require("fs")
            const bytes = fs.readFileSync(path)
            bytes[at] ^= 4
            fs.writeFileSync(out, bytes)' "$T/evidence" "$T/flipped" "$at"
        expect_exit 1 again verify "$T/badges/r1.json" "$T/flipped"
        run --separate-stderr avow verify "$T/badges/r1.json" --offline "$T/flipped"
        [ "$status" -ne 0 ] || fail "accepted with a bit of byte $at flipped"
    done
}

@test "an exported log is audited in other languages" {
    start_node a
    publish 600
    avow revoke "$T/badges/r7.json" --reason error
    avow suspend "$T/badges/r8.json" --reason lapsed
    avow log export --issuer "$issuer" --out "$T/export"
    again audit "$T/export"
    in_go "$T/export"
    avow reinstate "$T/badges/r8.json"
    avow log export --issuer "$issuer" --out "$T/export"
    again audit "$T/export"
    in_go "$T/export"
    printf 'x' | dd of="$T/export/tile/entries/001" bs=1 seek=300 conv=notrunc status=none
    expect_exit 1 again audit "$T/export"
    expect_exit 1 in_go "$T/export"
}
