#!/usr/bin/env bats
# Credentials that stack, with real nodes: pathways published and told in words, a folder of badges
# checked against one, the larger award issued and verified, components revoked afterwards under
# each cascade, and renewal.

# shellcheck disable=SC2030,SC2031,SC2154 # each test has its own; set by support.bash, and by run
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

# check [OPTIONS...]: of Ana's folder, by the pathway $pathway; the JSON is in $T/check.
check() { avow stack check "$T/ana" --pathway "$issuer/$pathway" --json "$@" >"$T/check"; }

@test "stack check tells which credential counts for what, what is missing, and how far it is" {
    modules
    pathway=$(pathway invalid '["all", ["achievement", null, '"$m1"'], ["credits", 13.5, "ECTS",
        ["any", ["achievement", null, '"$m2"'], ["achievement", null, '"$m3"']]]]')
    mkdir "$T/ana"
    expect_exit 1 check
    jq -e '.complete == false and .credits == 0 and (.missing | length) == 3' "$T/check"
    give "$m1" data
    give "$m3" learning
    expect_exit 1 check
    jq -e '.complete == false and .credits == 13.5 and .percent == 77 and
        (.rules | map([.rule, .met, .have, .need, .credentials])) == [
            ["all", false, 1, 2, ["data.json", "learning.json"]],
            ["achievement", true, 1, 1, ["data.json"]],
            ["credits", false, 7.5, 13.5, ["learning.json"]],
            ["any", true, 1, 1, ["learning.json"]],
            ["achievement", false, 0, 1, []],
            ["achievement", true, 1, 1, ["learning.json"]]] and
        .missing == ["6 ECTS credits more (7.5 of 13.5), for example from Statistics"]' "$T/check"
    give "$m2" statistics
    expect_exit 0 check
    jq -e '.complete == true and .credits == 19.5 and .percent == 100 and .missing == [] and
        (.credentials | all(.verdict == "valid" and .counts))' "$T/check"
    expect_exit 0 avow stack check "$T/ana" --pathway "$pathway"
    [[ $output == *"[x] Statistics: statistics.json"* ]] || fail "$output"
    [[ $output == *"Complete. 19.5 credits count."* ]] || fail "$output"
}

@test "stack check names what does not count: revoked, changed, twice, of no badge, of another pathway" {
    modules
    pathway=$(pathway invalid '["all", ["achievement", null, '"$m1"'], ["achievement", null, '"$m2"']]')
    give "$m1" data
    give "$m2" statistics
    give "$m3" learning
    cp "$T/ana/data.json" "$T/ana/again.json"
    echo '{"hello": 1}' >"$T/ana/note.json"
    sed 's/Ana Silva/Eva Silva/' "$T/ana/statistics.json" >"$T/ana/changed.json"
    expect_exit 0 check
    jq -e '[.credentials[] | [.file, .verdict, .counts]] == [["again.json", "valid", true],
        ["changed.json", "tampered", false], ["data.json", "valid", false],
        ["learning.json", "valid", false], ["note.json", null, false],
        ["statistics.json", "valid", true]] and .credits == 12 and
        ([.credentials[] | select(.file == "data.json")][0].remark |
            contains("the same credential as again.json"))' "$T/check"
    avow revoke "$T/ana/statistics.json" --reason fraud
    expect_exit 1 check
    jq -e '(.missing | length) == 1 and (.missing[0] | startswith("Statistics;") and
        contains("statistics.json is for it, and is revoked"))' "$T/check"
}

# Thirty files under a policy, whose anchor is the issuer; the node counts connections.
thirty() {
    stop_node a
    start_node a --log-level debug
    modules
    pathway=$(pathway invalid '["achievement", null, '"$m1"']')
    csv 30 >"$T/list.csv"
    avow issue --achievement "$m1" --csv "$T/list.csv" --out "$T/ana" 2>"$T/err"
    printf '[policy]\nrequire_recognition=yes\n[anchor porto]\nissuer=%s\n' "$issuer" >"$T/policy.ini"
    : >"$T/a.log"
}
connections() { grep -c event=link-up "$T/a.log"; }
thirty_valid() { [ "$(jq '[.credentials[] | select(.verdict == "valid")] | length' "$T/check")" -eq 30 ]; }

@test "stack check asks about all files over one connection, with a policy and without" {
    thirty
    expect_exit 0 check
    thirty_valid
    [ "$(connections)" -eq 1 ] || fail "$(connections) connections"
    expect_exit 0 check --policy "$T/policy.ini"
    thirty_valid
    [ "$(connections)" -eq 2 ] || fail "$(connections) connections"
}

@test "stack check asks on over another connection when one is cut, and not for ever" {
    thirty
    # The thirtieth answer does not come: more than the pathway takes, and less than the files do.
    cut() {
        strace -o "$T/strace" -e trace=recvfrom -e "inject=recvfrom:retval=0:when=$1" \
            "$AVOW_BIN/avow" stack check "$T/ana" --pathway "$issuer/$pathway" --json "${@:2}" >"$T/check"
    }
    expect_exit 0 cut 30
    thirty_valid
    expect_exit 0 cut 30 --policy "$T/policy.ini"
    thirty_valid
    [ "$(connections)" -eq 4 ] || fail "$(connections) connections"
    # Nor does any that follows: what was told before stands, and the node is let be.
    expect_exit 0 cut 30+
    jq -e '.credentials | map(select(.verdict == "unknown")) | length > 0 and length < 30' "$T/check"
    [ "$(connections)" -le 6 ] || fail "$(connections) connections"
}

@test "stack check passes over what is called as a badge and is no file, and names what it cannot read" {
    modules
    pathway=$(pathway invalid '["achievement", null, '"$m1"']')
    give "$m1" data
    mkdir "$T/ana/folder.json"
    mkfifo "$T/ana/pipe.json" # nobody writes to it, ever
    ln -s /dev/zero "$T/ana/zero.json"
    ln -s ../ana/data.json "$T/ana/same.json"
    expect_exit 0 timeout 20 "$AVOW_BIN/avow" stack check "$T/ana" --pathway "$issuer/$pathway" --json
    jq -e '[.credentials[] | [.file, .verdict]] == [["data.json", "valid"], ["folder.json", null],
        ["pipe.json", null], ["same.json", "valid"], ["zero.json", null]] and
        .credentials[1].remark == "not a file"' <<<"$output" || fail "$output"
    ln -s nowhere "$T/ana/lost.json"
    expect_exit 2 avow stack check "$T/ana" --pathway "$issuer/$pathway"
    [[ $stderr == *"lost.json: "*"take it out of the folder"* ]] || fail "$stderr"
}

@test "stack check cannot tell where a credential that matters cannot be told" {
    modules
    pathway=$(pathway invalid '["any", ["achievement", null, '"$m1"'], ["achievement", null, '"$m2"']]')
    start_node b
    other_home=$T/other-home mkdir "$T/other-home"
    other=$(AVOW_HOME=$T/other-home avow issuer new --name Outra --jurisdiction PT \
        --website https://outra.example --no-passphrase --node "$(address b)")
    AVOW_HOME=$T/other-home avow achievement add --code X-1 --title Xadrez --node "$(address b)" 2>/dev/null
    AVOW_HOME=$T/other-home avow issue --achievement 2 --name "Ana Silva" --id chess --out "$T/ana" \
        --node "$(address b)" 2>/dev/null
    foreign=$(pathway invalid '["achievement", "'"$other"'", 2]')
    expect_exit 1 check # not of this pathway
    pathway=$foreign expect_exit 3 check
    jq -e '.complete == null and .credentials[0].verdict == "unknown" and (.why | contains("if what"))' "$T/check"
    expect_exit 3 avow stack check "$T/ana" --pathway "$issuer/999"
    # A wrong call is never an answer: 1 would say "not complete".
    expect_exit 2 avow stack check "$T/ana" --pathway "$issuer/2"
    expect_exit 2 avow stack check "$T/ana" --pathway diploma
    [[ $stderr == *'"diploma" is not a pathway'* ]] || fail "$stderr"
    expect_exit 2 env AVOW_HOME="$T/no-home" "$AVOW_BIN/avow" stack check "$T/ana" --pathway 2
    expect_exit 2 avow stack check "$T/nowhere" --pathway "$issuer/$pathway"
}

@test "a credential counts only where it fits: level, field, time, issuer, and once below distinct" {
    modules
    law=$(avow achievement add --code L-1 --title Law --level 5 --framework EQF --field 0421 --credits 6 --credit-system ECTS 2>/dev/null)
    plain=$(avow achievement add --code P-1 --title Plain 2>/dev/null)
    for i in "$m1" "$law" "$plain"; do give "$i" "c$i"; done
    while IFS='|' read -r want where index; do
        pathway=$(pathway invalid '["where", '"$where"', ["achievement", null, '"${!index}"']]')
        run check
        [ "$status" -eq "$want" ] || fail "$where $index: $status"
    done <<'CASES'
0|{"level": [6, 6]}|m1
1|{"level": [6, 8]}|law
1|{"level": [1, 8]}|plain
0|{"field": "06"}|m1
1|{"field": "06"}|law
1|{"field": "06"}|plain
0|{"within": "1d"}|m1
CASES
    pathway=$(pathway invalid '["distinct", ["all", ["credits", 6, "ECTS", ["achievement", null, '"$m1"']], ["credits", 6, "ECTS", ["any", ["achievement", null, '"$m1"'], ["achievement", null, '"$law"']]]]]')
    expect_exit 0 check
    jq -e '[.rules[] | select(.rule == "credits") | .credentials] == [["c2.json"], ["c6.json"]]' "$T/check"
    rm "$T/ana/c6.json"
    expect_exit 1 check
}

@test "a rule may ask by whom the issuer is recognised" {
    modules
    body_home=$T/body-home
    mkdir "$body_home"
    body=$(AVOW_HOME=$body_home avow issuer new --name "A3ES" --jurisdiction PT \
        --website https://a3es.example --no-passphrase)
    pathway=$(pathway invalid '["where", {"recognised_by": "'"$body"'"}, ["achievement", null, '"$m1"']]')
    give "$m1" data
    expect_exit 1 check
    AVOW_HOME=$body_home avow recognise "$issuer" --as issuer --subject-name "UP" --fields 06 --basis https://a3es.example/1
    expect_exit 0 check
    avow pathway explain "$pathway" | grep -q "recognised by A3ES"
}

# diploma CASCADE: three modules, all of them wanted, given and awarded in $T/ana/diploma.json.
diploma() {
    modules
    pathway=$(pathway "$1" '["all", ["achievement", null, '"$m1"'], ["achievement", null, '"$m2"'], ["achievement", null, '"$m3"']]')
    give "$m1" data
    give "$m2" statistics
    give "$m3" learning
    avow stack award "$T/ana" --pathway "$pathway" --name "Ana Silva" --email ana@example.org --out "$T/ana/diploma.json"
}
# verdicts: of the diploma, from the node and from evidence made now: both must be the same.
verdicts() {
    local online offline
    online=$(avow verify "$T/ana/diploma.json" --json | jq -c '[.verdict, .why, .degraded, .cascade, [.components[].verdict]]')
    avow prove "$T/ana/diploma.json" --out "$T/evidence"
    offline=$(avow verify "$T/ana/diploma.json" --offline "$T/evidence" --node 127.0.0.1:1 --json |
        jq -c '[.verdict, .why, .degraded, .cascade, [.components[].verdict]]')
    [ "$online" = "$offline" ] || fail "online: $online" "offline: $offline"
    echo "$online"
}

# What happens in one second happens at one time: for what must have come after.
next_second() {
    local now
    now=$(date +%s)
    while [ "$(date +%s)" -eq "$now" ]; do :; done
}

@test "three micro-credentials stack into a diploma that verifies, online and offline, and at other nodes" {
    diploma invalid >"$T/awarded"
    [[ $(<"$T/awarded") == "$T/ana/diploma.json $issuer/"* ]] || fail "$(<"$T/awarded")"
    jq -e --arg ref "avow:$issuer/$pathway" '[.evidence[].genre] == ["component", "component", "component", "pathway"] and
        .evidence[3].id == $ref and ([.evidence[].name] | sort) ==
            ["Data analysis", "Diploma in data", "Machine learning", "Statistics"] and
        .credentialSubject.achievement.name == "Diploma in data"' "$T/ana/diploma.json"
    [ "$(verdicts)" = '["valid","none",false,"invalid",["valid","valid","valid"]]' ] || fail "$(verdicts)"
    node "$BATS_TEST_DIRNAME/../interop/proof.mjs" "$T/ana/diploma.json"
    start_node b --peer "$(address a)"
    eventually says valid b "$T/ana/diploma.json"
    # Nothing of what it is made of is in the log.
    avow log show --issuer "$issuer" --count 1000 --json >"$T/log"
    [ "$(grep -c component "$T/log")" -eq 0 ]
}

@test "an incomplete stack is never awarded, and a repeated award is the same one" {
    modules
    pathway=$(pathway invalid '["all", ["achievement", null, '"$m1"'], ["achievement", null, '"$m2"']]')
    give "$m1" data
    award=(avow stack award "$T/ana" --pathway "$pathway" --name "Ana Silva" --out "$T/ana/diploma.json")
    before=$(size)
    expect_exit 1 "${award[@]}"
    [[ $stderr == *"not complete"* ]] && [[ $output == *"- Statistics"* ]] || fail "$output" "$stderr"
    [ ! -e "$T/ana/diploma.json" ] && [ "$(size)" = "$before" ]
    give "$m2" statistics
    expect_exit 0 "${award[@]}"
    first=$output before=$(size)
    expect_exit 0 "${award[@]}"
    [ "$output" = "$first" ] && [ "$(size)" = "$before" ]
    expect_exit 2 avow stack award "$T/ana" --pathway "$pathway" --name Ana --out "$T/ana/diploma.pdf"
    AVOW_HOME=$T/other avow issuer new --name Outra --jurisdiction PT --website https://o.example --no-passphrase
    AVOW_HOME=$T/other expect_exit 1 avow stack award "$T/ana" --pathway "$issuer/$pathway" --name Ana --out "$T/x.json"
    [[ $stderr == *"another issuer's"* ]] || fail "$stderr"
}

@test "an award rests on no more than its rule needs, and names who is somebody else" {
    modules
    pathway=$(pathway invalid '["credits", 12, "ECTS", ["any", ["achievement", null, '"$m1"'], ["achievement", null, '"$m2"'], ["achievement", null, '"$m3"']]]')
    give "$m1" a-data
    give "$m2" b-statistics
    avow issue --achievement "$m3" --name "Eva Santos" --email eva@example.org --id c-learning --out "$T/ana" 2>/dev/null
    expect_exit 0 avow stack award "$T/ana" --pathway "$pathway" --name "Ana Silva" --out "$T/diploma.json"
    jq -e '[.evidence[].name] == ["Data analysis", "Statistics", "Diploma in data"]' "$T/diploma.json"
    [[ $stderr == *"is it the same person? c-learning.json has the learner's e-mail address eva@example.org, a-data.json ana@example.org"* ]] || fail "$stderr"
    [[ $stderr != *"the award goes to"* ]] || fail "$stderr"
    expect_exit 0 avow stack award "$T/ana" --pathway "$pathway" --name "Rui Reis" --out "$T/other.json"
    [[ $stderr == *"a-data.json has the learner's name Ana Silva, the award goes to Rui Reis"* ]] || fail "$stderr"
}

@test "a component revoked afterwards: invalid" {
    diploma invalid
    avow revoke "$T/ana/data.json" --reason lapsed
    [ "$(verdicts)" = '["revoked","component",false,"invalid",["revoked","valid","valid"]]' ] || fail "$(verdicts)"
}

@test "a component revoked afterwards: degraded" {
    diploma degraded
    avow revoke "$T/ana/data.json" --reason lapsed
    [ "$(verdicts)" = '["valid","none",true,"degraded",["revoked","valid","valid"]]' ] || fail "$(verdicts)"
}

@test "a component revoked afterwards: grandfathered, unless it never was good" {
    diploma grandfathered
    next_second
    avow revoke "$T/ana/data.json" --reason lapsed
    [ "$(verdicts | jq -c '.[:4]')" = '["valid","none",false,"grandfathered"]' ] || fail "$(verdicts)"
    avow revoke "$T/ana/statistics.json" --reason fraud
    [ "$(verdicts | jq -c '.[0:2]')" = '["revoked","component"]' ] || fail "$(verdicts)"
}

@test "a stack across issuers: what another one revokes brings the award down at every node" {
    modules
    start_node b --peer "$(address a)"
    export OTHER=$T/other-home
    other() { AVOW_HOME=$OTHER AVOW_NODE=$(address b) avow "$@"; }
    kenyan=$(other issuer new --name "University of Nairobi" --jurisdiction KE --website https://uon.example --no-passphrase)
    other achievement add --code K-1 --title "Field epidemiology" --level 7 --framework KNQF --field 0912 --credits 12 --credit-system KNQF 2>/dev/null
    other issue --achievement 2 --name "Ana Silva" --id nairobi --out "$T/ana" 2>/dev/null
    give "$m1" data
    there() { avow log audit --issuer "$kenyan" --json | jq -e '.[0].size == 4'; }
    eventually there
    pathway=$(pathway invalid '["all", ["achievement", null, '"$m1"'], ["credits", 12, "KNQF", ["achievement", "'"$kenyan"'", 2]]]')
    avow pathway explain "$pathway" | grep -q "Field epidemiology (University of Nairobi), 12 KNQF"
    expect_exit 0 avow stack award "$T/ana" --pathway "$pathway" --name "Ana Silva" --out "$T/ana/diploma.json"
    [ "$(verdicts)" = '["valid","none",false,"invalid",["valid","valid"]]' ] || fail "$(verdicts)"
    eventually says valid b "$T/ana/diploma.json"
    # Recognised or not is asked of the award's own issuer, not of its components.
    printf '[policy]\nrequire_recognition=yes\n[anchor porto]\nissuer=%s\n' "$issuer" >"$T/policy.ini"
    expect_exit 0 avow verify "$T/ana/diploma.json" --policy "$T/policy.ini"
    expect_exit 1 avow stack check "$T/ana" --pathway "$pathway" --policy "$T/policy.ini"
    other revoke "$T/ana/nairobi.json" --reason fraud
    eventually says revoked a "$T/ana/diploma.json"
    [ "$(verdicts | jq -c '.[0:2]')" = '["revoked","component"]' ] || fail "$(verdicts)"
}

# ---- renewal

@test "renew issues a successor, and whoever is shown the old file is told" {
    modules
    avow issue --achievement "$m1" --name "Ana Silva" --id old --valid-until 2036-01-31 --out "$T/ana" 2>/dev/null
    renew=(avow renew "$T/ana/old.json" --valid-until 2040-12-31 --out "$T/ana/new.json")
    before=$(size)
    expect_exit 0 "${renew[@]}"
    [ "$output" = "$T/ana/new.json $issuer/$before" ] || fail "$output"
    [ "$(size)" -eq $((before + 2)) ] # one batch: the new record, and the old one's end
    same='del(.id, .proof, .credentialStatus, .validFrom, .validUntil)'
    [ "$(jq -S "$same" "$T/ana/old.json")" = "$(jq -S "$same" "$T/ana/new.json")" ]
    jq -e '.validUntil == "2040-12-31T23:59:59Z"' "$T/ana/new.json"
    [ "$(jq -r .id "$T/ana/old.json")" != "$(jq -r .id "$T/ana/new.json")" ]
    expect_exit 0 avow verify "$T/ana/new.json"
    expect_exit 1 avow verify "$T/ana/old.json" --json
    jq -e --arg ref "$issuer/$before" '.verdict == "superseded" and .successor == $ref' <<<"$output"
    # The same call again changes nothing; the old one is not renewed twice.
    expect_exit 0 "${renew[@]}"
    [ "$output" = "$T/ana/new.json $issuer/$before" ] && [ "$(size)" -eq $((before + 2)) ]
    expect_exit 1 avow renew "$T/ana/old.json" --out "$T/elsewhere/new.json"
    [[ $stderr == *"renewed already: entry $before replaced it"* ]] || fail "$stderr"
    [ ! -e "$T/elsewhere/new.json" ] && [ "$(size)" -eq $((before + 2)) ]
    # A renewed one can be renewed.
    expect_exit 0 avow renew "$T/ana/new.json" --out "$T/ana/newer.json"
    jq -e '.validUntil != null' "$T/ana/newer.json"
}

@test "renew refuses what is revoked, suspended, changed, another's, or no file" {
    modules
    give "$m1" data
    out=(--out "$T/ana/new.json")
    avow suspend "$T/ana/data.json" --reason unspecified
    expect_exit 1 avow renew "$T/ana/data.json" "${out[@]}"
    [[ $stderr == *"it is suspended"* ]] || fail "$stderr"
    avow revoke "$T/ana/data.json" --reason holder
    before=$(size)
    expect_exit 1 avow renew "$T/ana/data.json" "${out[@]}"
    [[ $stderr == *"it is revoked"* ]] || fail "$stderr"
    expect_exit 2 avow renew "$(reference_of "$T/ana/data.json")" "${out[@]}"
    expect_exit 2 avow renew "$T/ana/data.json" "${out[@]}" --valid-until 2020-01-01
    sed 's/Ana Silva/Eva Silva/' "$T/ana/data.json" >"$T/changed.json"
    expect_exit 1 avow renew "$T/changed.json" "${out[@]}"
    AVOW_HOME=$T/other avow issuer new --name Outra --jurisdiction PT --website https://o.example --no-passphrase
    AVOW_HOME=$T/other expect_exit 1 avow renew "$T/ana/data.json" "${out[@]}"
    [ ! -e "$T/ana/new.json" ] && [ "$(size)" = "$before" ]
}

@test "a renewed component does its diploma no harm, and a diploma can be renewed" {
    diploma invalid
    avow renew "$T/ana/data.json" --out "$T/ana/data-2.json"
    [ "$(verdicts | jq -c '.[0:2]')" = '["valid","none"]' ] || fail "$(verdicts)"
    avow renew "$T/ana/diploma.json" --out "$T/ana/diploma-2.json"
    expect_exit 0 avow verify "$T/ana/diploma-2.json"
    expect_exit 0 check # the old module is superseded, the new one counts
    jq -e '[.credentials[] | select(.counts) | .file] == ["data-2.json", "learning.json", "statistics.json"]' "$T/check"
}

# killed COMMAND...: ended by SIGKILL at some moment of its first 60 milliseconds, if it is not done. It
# is later then.
killed() {
    "$AVOW_BIN/avow" "$@" >/dev/null 2>&1 &
    local pid=$!
    read -rt "0.0$((10 + RANDOM % 50))" <> <(:) || :
    kill -KILL "$pid" 2>/dev/null || :
    wait "$pid" 2>/dev/null || :
    later
}

@test "renew and award, killed at any moment and called again, issue once" {
    diploma invalid
    stop_node a
    use_clock
    start_node a
    RANDOM=$AVOW_SEED
    for round in $(seq 1 "${AVOW_STACK_KILLS:-5}"); do
        avow issue --achievement "$m1" --name "Ana Silva" --id "k$round" --out "$T/k" 2>/dev/null
        renew=(renew "$T/k/k$round.json" --out "$T/r/k$round.json")
        award=(stack award "$T/ana" --pathway "$pathway" --name "Ana Silva" --id "$round" --out "$T/r/d$round.json")
        before=$(size)
        for _ in 1 2 3; do killed "${renew[@]}"; done
        avow "${renew[@]}"
        [ "$(size)" -eq $((before + 2)) ] || fail "round $round: $(size), from $before"
        expect_exit 0 avow verify "$T/r/k$round.json"
        says superseded a "$T/k/k$round.json"
        for _ in 1 2 3; do killed "${award[@]}"; done
        avow "${award[@]}"
        [ "$(size)" -eq $((before + 3)) ] || fail "round $round: $(size), from $before"
        expect_exit 0 avow verify "$T/r/d$round.json"
    done
}
