#!/usr/bin/env bats
# Credentials that stack, with real nodes: pathways published and told in words, a folder of badges
# checked against one, the larger award issued and verified, components revoked afterwards under
# each cascade, and renewal.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() {
    prepare
    start_node a
    new_issuer a "Universidade do Porto"
}
teardown() { end_nodes; }

# module CODE TITLE CREDITS [OPTIONS...]: another achievement; its index.
module() {
    avow achievement add --code "$1" --title "$2" --level 6 --framework EQF --field 0612 \
        --credits "$3" --credit-system ECTS "${@:4}" 2>/dev/null
}
# give INDEX NAME: Ana's credential of an achievement, $T/ana/NAME.json.
give() {
    avow issue --achievement "$1" --name "Ana Silva" --email ana@example.org --id "$2" --out "$T/ana" >/dev/null 2>&1
}
# pathway CASCADE RULE [OPTIONS...]: published; its index.
pathway() {
    jq -n --arg cascade "$1" --argjson award "$award" --argjson rule "$2" \
        '{title: "Diploma in data", award: $award, cascade: $cascade, rule: $rule}' >"$T/pathway.json"
    avow pathway add "$T/pathway.json" "${@:3}"
}
# Three modules of 6, 6 and 7.5 ECTS and a diploma: $m1 $m2 $m3 $award.
modules() {
    m1=$achievement
    m2=$(module ST-1 Statistics 6)
    m3=$(module ML-1 "Machine learning" 7.5)
    award=$(module DD-1 "Diploma in data" 19.5)
}
reference_of() { jq -r '[.credentialStatus[].id | select(startswith("avow:"))][0]' "$1" | sed 's/^avow://; s/#.*//'; }
size() { avow log audit --issuer "$issuer" --json | jq '.[0].size'; }

@test "pathway add prints its index; show gives back what was added; explain says it in words" {
    modules
    expect_exit 0 pathway degraded '["all", ["achievement", null, '"$m1"'], ["credits", 13.5, "ECTS",
        ["where", {"level": [5, 7], "field": "06", "within": "5y"},
            ["any", ["achievement", "'"$issuer"'", '"$m2"'], ["achievement", null, '"$m3"']]]]]'
    [ "$output" = 6 ]
    avow pathway show 6 >"$T/shown"
    jq -e --arg ref "$issuer/6" '.reference == $ref and .kind == "pathway" and .state == "active"' "$T/shown"
    jq -S '{title, award, cascade, rule}' "$T/shown" >"$T/back.json"
    jq -S '.rule[2][3][1].within = 157788000' "$T/pathway.json" | diff - "$T/back.json"
    expect_exit 0 avow pathway explain "$issuer/6"
    diff - <(tail -n +3 <<<"$output") <<'WORDS'
It leads to: Diploma in data

It takes
  - all of these 2:
    - Data analysis, 6 ECTS
    - at least 13.5 ECTS credits in all from what follows:
      - counting only what is of level 5 to 7 (EQF), in field 06 (ISCED-F), awarded at most 5 years before:
        - any one or more of these:
          - Statistics, 6 ECTS
          - Machine learning, 7.5 ECTS

If a credential that the award was made for is revoked later, the award stays valid, and whoever verifies it is warned.
WORDS
}

@test "the same pathway is not published twice; a newer one supersedes" {
    modules
    first=$(pathway invalid '["achievement", null, 2]')
    before=$(size)
    [ "$(pathway invalid '["achievement", null, 2]')" = "$first" ]
    [ "$(size)" = "$before" ]
    second=$(pathway invalid '["achievement", null, 3]' --replaces "$first")
    [ "$second" -gt "$first" ]
    [ "$(pathway invalid '["achievement", null, 3]' --replaces "$first")" = "$second" ]
    [ "$(size)" -eq $((before + 2)) ]
    avow pathway show "$first" | jq -e '.state == "superseded"'
    expect_exit 1 pathway invalid '["achievement", null, 4]' --replaces "$first"
    [[ $stderr == *"entry $second has replaced it"* ]] || fail "$stderr"
    expect_exit 1 pathway invalid '["achievement", null, 4]' --replaces 2
    [[ $stderr == *"no pathway"* ]] || fail "$stderr"
}

@test "pathway add says where a file is wrong, and what to write; nothing is published" {
    modules
    before=$(size)
    pathway invalid '["achievement", null, 2]' >/dev/null
    good=$(<"$T/pathway.json")
    while IFS='|' read -r change said; do
        jq "$change" <<<"$good" >"$T/bad.json"
        expect_exit 2 avow pathway add "$T/bad.json"
        [[ $stderr == *"bad.json: $said"* ]] || fail "$change" "$stderr"
    done <<'CASES'
del(.title)|/title: write what
.award = "five"|/award: write the index
.award = -1|/award: write the index
.cascade = "never"|/cascade: what becomes
.cascade = 3|/cascade: what becomes
.colour = 1|"colour" is unknown
del(.rule)|/rule: not a rule
.rule = ["some", ["achievement", null, 2]]|/rule: not a rule: write an array that begins with "all"
.rule = ["all"]|/rule: too little for "all": write ["all", rule
.rule = ["all", 7]|/rule/1: not a rule
.rule = ["n", 2, ["achievement", null, 2]]|/rule/1: how many of the 1 rules
.rule = ["credits", 0, "ECTS", ["achievement", null, 2]]|/rule/1: not a number of credits
.rule = ["credits", 1.005, "ECTS", ["achievement", null, 2]]|/rule/1: not a number of credits
.rule = ["credits", 30, "", ["achievement", null, 2]]|/rule/2: not a credit system
.rule = ["distinct", ["all", ["achievement", null, 2], ["achievement", "avow1x", 2]]]|/rule/1/2/1: not an issuer
.rule = ["achievement", null, "2"]|/rule/2: not an index
.rule = ["where", {}, ["achievement", null, 2]]|/rule/1: not an object that narrows
.rule = ["where", {"age": 1}, ["achievement", null, 2]]|/rule/1: "age" is unknown
.rule = ["where", {"level": [7, 5]}, ["achievement", null, 2]]|/rule/1/level: not levels
.rule = ["where", {"field": "law"}, ["achievement", null, 2]]|/rule/1/field: not an ISCED-F
.rule = ["where", {"within": "5 years"}, ["achievement", null, 2]]|/rule/1/within: not a span
.rule = ["where", {"recognised_by": "me"}, ["achievement", null, 2]]|/rule/1/recognised_by: not an issuer
CASES
    jq '.rule[2] = 1' <<<"$good" >"$T/bad.json"
    expect_exit 1 avow pathway add "$T/bad.json"
    [[ $stderr == *"entry 1 of your log is not an achievement"* ]] || fail "$stderr"
    [ "$(size)" -eq $((before + 1)) ]
}
