#!/usr/bin/env bats
# Every command that reads, writes or waits, with each of its system calls interrupted once by a
# signal and then done in part (tests/e2e/tools/preload/interrupts.c): nobody notices.

# shellcheck disable=SC2030,SC2031,SC2154 # tests are subshells; set by support.bash, and by run
load support
setup() {
    prepare
    echo 'correct horse battery' >"$T/passphrase"
    chmod 600 "$T/passphrase"
    export AVOW_PASSPHRASE_FILE=$T/passphrase
    LD_PRELOAD=$AVOW_TOOLS/interrupts.so start_node a
    export AVOW_NODE
    AVOW_NODE=$(address a)
}
teardown() { end_nodes; }

interrupted() { LD_PRELOAD=$AVOW_TOOLS/interrupts.so avow "$@"; }

@test "a story told through interruptions" {
    csv 40 >"$T/list.csv"
    interrupted issuer new --name S --jurisdiction PT --website https://s.example >"$T/issuer"
    interrupted achievement add --code A --title Step >"$T/achievement"
    interrupted issue --achievement 2 --csv "$T/list.csv" --out "$T/badges" 2>"$T/err"
    [ "$(find "$T/badges" -maxdepth 1 -name '*.json' | wc -l)" -eq 40 ]
    for file in "$T"/badges/*.json; do jq -e .proof "$file" >"$T/out"; done
    expect_exit 0 interrupted verify "$T/badges/r1.json"
    interrupted prove "$T/badges/r2.json" --out "$T/evidence"
    expect_exit 0 interrupted verify "$T/badges/r2.json" --offline "$T/evidence"
    interrupted revoke "$T/badges/r1.json" --reason error 2>"$T/err"
    expect_exit 1 interrupted verify "$T/badges/r1.json"
    interrupted issuer rotate-key --yes 2>"$T/err"
    interrupted log export --issuer "$(cat "$T/issuer")" --out "$T/tiles"
    interrupted log audit 2>"$T/err"
    interrupted node backup --data "$T/a" --to "$T/copy"
    avow node check --data "$T/copy"
}

@test "a file that the disk cannot take whole: the message is about that" {
    export AVOW_PASSPHRASE_FILE=
    avow issuer new --name S --jurisdiction PT --website https://s.example --no-passphrase >"$T/out" 2>"$T/err"
    avow achievement add --code A --title Step >"$T/out" 2>"$T/err"
    printf 'name,id\nAna,1\n' >"$T/list.csv"
    # Every file of this call ends at 1 KiB: the badge is longer.
    (
        trap '' XFSZ
        ulimit -f 1
        expect_exit 1 avow issue --achievement 2 --csv "$T/list.csv" --out "$T/badges" &&
            [[ "$stderr" == *'cannot write'*'File too large'* ]] || fail "$stderr"
    )
    avow issue --achievement 2 --csv "$T/list.csv" --out "$T/badges" 2>"$T/err"
    [ -e "$T/badges/1.json" ]
}

@test "the demonstration is told through interruptions" {
    LD_PRELOAD=$AVOW_TOOLS/interrupts.so "$AVOW_BIN/avow-demo" --out "$T/story" >"$T/out" 2>&1 ||
        fail "$(tail -n 20 "$T/out")"
}
