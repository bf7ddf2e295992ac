#!/usr/bin/env bats
# Texts of others are shown with what is hidden in them, by every command, in words and in JSON.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() {
    prepare
    start_node a
}
teardown() { end_nodes; }

# A C1 control, which some terminals obey; a right-to-left override; zero width; a tag; a variation
# selector; a space that is none. Definitions refuse the override by themselves.
HIDDEN=$'\u009b2J\u200b\U000E0041\ufe0f\u00a0'
OVERRIDE=$'\u202e'

# shows COMMAND...: in words, and in JSON where there is some; neither has a hidden character.
shows() {
    local said
    for said in text json; do
        if [ "$said" = json ]; then
            # shellcheck disable=SC2086 # a name is one word or two
            avow $1 --help | grep -q -- '--json ' || continue
            set -- "$@" --json
        fi
        # shellcheck disable=SC2086
        avow $1 "${@:2}" >"$T/said" 2>&1 || :
        [ -s "$T/said" ] || fail "$*: said nothing"
        clean "$T/said" || fail "$*: $(cat -v "$T/said")"
        if grep -q 'u{9b}\|u009b' "$T/said"; then echo "$1" >>"$T/met"; fi
    done
}

clean() {
    ! LC_ALL=C.UTF-8 grep -qP '[\x{7f}-\x{a0}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{fe00}-\x{fe0f}\x{e0000}-\x{e0fff}]' "$1"
}

@test "no command shows what is hidden in a name as it is" {
    local module=(--level 6 --framework EQF --field 0612 --credits 6 --credit-system ECTS)
    export AVOW_NODE
    AVOW_NODE=$(address a)
    issuer=$(avow issuer new --name "Instituto$HIDDEN$OVERRIDE" --jurisdiction PT \
        --website https://issuer.example --no-passphrase)
    index=$(avow achievement add --code "A$HIDDEN" --title "First$HIDDEN" --outcome "Able$HIDDEN" "${module[@]}")
    award=$(avow achievement add --code B --title "Second$HIDDEN" "${module[@]}")
    printf 'name,email,id\nAna%s,ana@example.org,r1\n' "$HIDDEN" >"$T/learners.csv"
    avow issue --achievement "$index" --csv "$T/learners.csv" --out "$T/badges"
    jq -n --arg title "Way$HIDDEN" --argjson award "$award" --argjson index "$index" \
        '{$title, $award, cascade: "degraded", rule: ["achievement", null, $index]}' >"$T/way.json"
    pathway=$(avow pathway add "$T/way.json" --json | jq .index)
    other=$(AVOW_HOME=$T/other avow issuer new --name "Other$HIDDEN$OVERRIDE" --jurisdiction PT \
        --website https://other.example --no-passphrase)
    avow recognise "$other" --as authority --subject-name "Other$HIDDEN" --basis urn:x
    avow policy new "$T/p.ini" --anchor "Instituto$HIDDEN=$issuer"

    shows "issuer show"
    shows "issuer nodes"
    shows "achievement list"
    shows "achievement show" "$index"
    shows "pathway show" "$pathway"
    shows "pathway explain" "$pathway"
    shows find first
    shows "stack check" "$T/badges" --pathway "$pathway"
    shows verify "$T/badges/r1.json"
    shows verify "$T/badges/r1.json" --policy "$T/p.ini"
    shows recognised "$other"
    shows recognised "$other" --policy "$T/p.ini"
    shows "policy show" "$T/p.ini"
    shows "policy check" "$T/p.ini"
    shows "log show" --issuer "$issuer"
    shows "log audit"
    shows "node status"
    shows "node peers"
    shows "issuer rotate-root" --yes
    shows revoke "$T/badges/r1.json" --reason "error"
    [ "$(sort -u "$T/met" | wc -l)" -ge 11 ] || fail "met it only in: $(sort -u "$T/met")"
    clean "$T/a.log"
}
