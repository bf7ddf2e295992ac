#!/usr/bin/env bats
# The command line's contract, word for word, on three nodes in a row: what an outside script that
# knows nothing but the contract may rely on.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() {
    prepare
    start_chain
    new_issuer a "Universidade do Porto"
}
teardown() { end_nodes; }

# badges COUNT: issues so many, in $T/out, from $T/learners.csv.
badges() {
    csv "$1" >"$T/learners.csv"
    avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
}
reference_of() { jq -r '[.credentialStatus[].id | select(startswith("avow:"))][0]' "$1" | sed 's/^avow://; s/#.*//'; }
size_at() {
    avow log audit --issuer "$issuer" --node "$(address "$1")" --json | jq -e '.[0].size'
}
issued() { avow log show --issuer "$issuer" --count 10000 --json | jq '[.[] | select(.kind == "issue")] | length'; }
public_key() { avow issuer show --json | jq -r "[.keys[] | select(.use == \"$1\")][0].public_key"; }

# ---- the issuer

@test "issuer new prints the id alone, and publishes two entries" {
    [[ $issuer =~ ^avow1[02-9ac-hj-np-z]+$ ]]
    AVOW_HOME=$T/other expect_exit 0 avow issuer new --name "Outra" --jurisdiction PT \
        --website https://outra.example --no-passphrase
    [[ $output =~ ^avow1[02-9ac-hj-np-z]+$ ]]
    [ "$output" != "$issuer" ]
    AVOW_HOME=$T/other avow log show --issuer "$output" --json >"$T/log"
    [ "$(jq -c '[.[].kind]' "$T/log")" = '["inception","nodes"]' ]
}

@test "issuer new leaves key files that nobody else can read" {
    [ -n "$(find "$AVOW_HOME" -name '*.key' -print -quit)" ]
    [ -z "$(find "$AVOW_HOME" -name '*.key' ! -perm 600)" ]
}

@test "a second issuer new in the same home is refused, and changes nothing" {
    find "$AVOW_HOME" -type f -exec sha256sum {} + | sort >"$T/before"
    expect_exit 1 avow issuer new --name Again --jurisdiction PT --website https://again.example \
        --no-passphrase
    [ -z "$output" ]
    find "$AVOW_HOME" -type f -exec sha256sum {} + | sort | diff "$T/before" -
}

@test "issuer show --json has id, name, epoch, size, keys, vkey and checkpoint" {
    avow issuer show --json >"$T/shown"
    jq -e --arg id "$issuer" '.id == $id and .name == "Universidade do Porto" and .epoch == 0 and
        .size == 3' "$T/shown"
    jq -e '[.keys[] | .use | IN("root", "sign", "heartbeat")] | all' "$T/shown"
    jq -e '[.keys[] | select(.use == "sign") | (.public_key | startswith("z6Mk")) and
        .not_after != null] | any' "$T/shown"
    # C2SP: <name>+<4 bytes of hash, hex>+<base64 of type and key>
    [[ $(jq -r .vkey "$T/shown") =~ ^avow/$issuer/0/[0-9a-f]{32}\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}$ ]]
    jq -e '.checkpoint != null' "$T/shown"
}

# ---- achievements

@test "achievement add prints its index alone" {
    [ "$achievement" = 2 ]
    expect_exit 0 avow achievement add --code DA-102 --title "Mais" --level 7 --framework EQF \
        --field 0612 --credits 7.5 --credit-system ECTS
    [ "$output" = 3 ]
}

@test "achievement add refuses a code that is in use, by its index, unless it is revoked or --again" {
    add=(avow achievement add --code DA-101 --title "Data analysis")
    before=$(size_at a)
    run --separate-stderr "${add[@]}"
    [ "$status" -eq 1 ] && [ -z "$output" ] && [[ $stderr == *"entry $achievement is"* ]] || fail "$stderr"
    [ "$(size_at a)" = "$before" ]
    expect_exit 0 "${add[@]}" --again
    [ "$output" = 3 ]
    avow revoke "$issuer/2" "$issuer/3" --reason error
    expect_exit 0 "${add[@]}"
    [ "$output" = 6 ]
}

european=(--outcome "Cleans data" --level 6 --framework EQF --credits 7.5 --credit-system ECTS
    --assessment "Supervised examination" --participation online
    --quality https://quality.example/17)

@test "achievement add names the mandatory European elements that are missing; --strict refuses" {
    before=$(size_at a)
    add=(avow achievement add --code DA-103 --title "Data" --level 6 --framework EQF)
    expect_exit 1 "${add[@]}" --strict
    [ -z "$output" ] && [ "$(size_at a)" = "$before" ]
    for element in --outcome --credits --assessment --participation --quality; do
        [[ $stderr == *"($element"* ]] || fail "$element: $stderr"
    done
    [[ $stderr != *"--level"* ]]
    expect_exit 0 "${add[@]}"
    [[ $stderr == *"(--quality)"* ]]
    expect_exit 0 avow achievement add --code DA-104 --title Data "${european[@]}" --strict
    [[ $stderr != *mandatory* ]]
}

@test "achievement add takes all elements from a JSON file; an option wins; bad ones are named" {
    cat >"$T/definition.json" <<'JSON'
{"code": "DA-105", "title": "Análise de Dados", "language": "pt", "outcomes": ["Limpa dados", "Explica"],
 "workload_hours": 150, "credits": 7.5, "credit_system": "ECTS", "level": 6, "framework": "EQF",
 "field": "0612", "assessment": "exame", "participation": "presencial", "quality": "A3ES",
 "prerequisites": "álgebra", "supervision": "identidade verificada", "stackable": "de um diploma",
 "criteria": "https://x.example/da", "skills": ["http://data.europa.eu/esco/skill/1"],
 "image": "0000000000000000000000000000000000000000000000000000000000000001"}
JSON
    expect_exit 0 avow achievement add "$T/definition.json" --strict
    index=$output
    avow achievement show "$index" >"$T/shown"
    jq -S . "$T/definition.json" >"$T/given"
    jq -S --slurpfile given "$T/given" '. as $shown | $given[0] | with_entries(.value = $shown[.key]) |
        .level |= tonumber' "$T/shown" | diff "$T/given" -
    expect_exit 0 avow achievement add "$T/definition.json" --code DA-106 --outcome One
    avow achievement show "$output" | jq -e '.code == "DA-106" and .outcomes == ["One"] and .language == "pt"'
    jq '.credits = "many" | .field = "law" | .colour = "red"' "$T/definition.json" >"$T/bad.json"
    expect_exit 2 avow achievement add "$T/bad.json"
    for said in "bad.json: credits: many: write a number" "bad.json: field: law: write an ISCED-F" \
        'no element "colour"'; do
        [[ $stderr == *"$said"* ]] || fail "$said" "$stderr"
    done
}

@test "a badge carries the elements: quality, assessment, participation, credit system, award date" {
    index=$(avow achievement add --code DA-107 --title Data "${european[@]}" --field 0612)
    avow issue --achievement "$index" --name Ana --id ana --out "$T/out"
    jq -e '(.awardedDate | test("^20.*Z$")) and (.credentialSubject.achievement.alignment |
        (map(.targetType) | sort) == (["ext:EQF", "ext:ISCED-F", "ext:QualityAssurance",
            "ext:AssessmentType", "ext:ParticipationType", "ext:CreditSystem"] | sort) and
        any(.targetType == "ext:QualityAssurance" and .targetName == "https://quality.example/17" and
            .targetUrl == "https://quality.example/17") and
        any(.targetType == "ext:AssessmentType" and .targetName == "Supervised examination" and
            (.targetUrl | startswith("avow:"))) and
        any(.targetType == "ext:CreditSystem" and .targetName == "ECTS"))' "$T/out/ana.json"
    expect_exit 0 avow verify "$T/out/ana.json"
    node "$BATS_TEST_DIRNAME/../interop/proof.mjs" "$T/out/ana.json"
}

# ---- issuing

@test "issue --csv writes one file a row, named by the id column, and one entry each" {
    badges 25
    [ "$(find "$T/out" -maxdepth 1 -name '*.json' | wc -l)" -eq 25 ]
    [ -f "$T/out/r1.json" ] && [ -f "$T/out/r25.json" ]
    [ "$(issued)" -eq 25 ]
    [ "$(for file in "$T"/out/*.json; do reference_of "$file"; done | sort -u | wc -l)" -eq 25 ]
}

@test "badges, their folder and its books are for their owner alone" {
    badges 2
    [ "$(stat -c %a "$T/out")" = 700 ]
    [ "$(find "$T/out" -type f ! -perm 600)" = "" ]
}

@test "without its signing key a home says so, and what to do" {
    mv "$AVOW_HOME/signing.key" "$T/kept.key"
    expect_exit 1 avow achievement add --code DA-103 --title More
    [[ $stderr == *"there is no $AVOW_HOME/signing.key: put a copy of it back"* ]] || fail "$stderr"
}

@test "issue --csv names files by row number where there is no id column" {
    printf 'name\nAna\nBruno\n' >"$T/learners.csv"
    avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
    [ -f "$T/out/1.json" ] && [ -f "$T/out/2.json" ]
    [ "$(jq -r .credentialSubject.name "$T/out/2.json" 2>/dev/null)" != Ana ]
}

@test "one batch, however many rows: one checkpoint more" {
    before=$(size_at a)
    badges 40
    [ "$(size_at a)" -eq $((before + 40)) ]
    eventually same_size a c
}
same_size() { [ "$(size_at "$1")" = "$(size_at "$2")" ]; }

@test "an unknown column is refused by its name, and nothing is issued" {
    printf 'name,shoe_size\nAna,38\n' >"$T/learners.csv"
    before=$(size_at a)
    run --separate-stderr avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ]
    [[ $stderr == *shoe_size* ]]
    [ "$(size_at a)" = "$before" ]
    [ -z "$(find "$T/out" -name '*.json' 2>/dev/null)" ]
}

@test "a file without a name column is refused" {
    printf 'email\na@example.org\n' >"$T/learners.csv"
    run --separate-stderr avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
    [ "$status" -ne 0 ]
    [[ $stderr == *name* ]]
}

@test "every wrong row is told by line and column, and then nothing is issued" {
    cat >"$T/learners.csv" <<'CSV'
name,email,valid_from,valid_until
Ana,ana@example.org,2026-01-31,2027-01-31
,bruno@example.org,2026-01-31,
Carla,carla@example.org,31-01-2026,
"Dias, Duarte",duarte@example.org,2026-02-31,
CSV
    before=$(size_at a)
    run --separate-stderr avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
    [ "$status" -ne 0 ]
    [[ $stderr =~ learners.csv:3:.*name ]] || fail "$stderr"
    [[ $stderr =~ learners.csv:4:.*valid_from ]] || fail "$stderr"
    [[ $stderr =~ learners.csv:5:.*valid_from ]] || fail "$stderr"
    [ "$(size_at a)" = "$before" ]
    [ -z "$(find "$T/out" -name '*.json' 2>/dev/null)" ]
}

@test "a dry run issues nothing and writes nothing" {
    csv 3 >"$T/learners.csv"
    before=$(size_at a)
    expect_exit 0 avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out" --dry-run
    [ "$(size_at a)" = "$before" ]
    [ -z "$(find "$T/out" -name '*.json' 2>/dev/null)" ]
}

@test "the same call again issues no row twice; added rows alone are issued" {
    badges 10
    sha256sum "$T"/out/*.json >"$T/before"
    expect_exit 0 avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
    [ "$(issued)" -eq 10 ]
    sha256sum "$T"/out/*.json | diff "$T/before" -
    badges 12
    [ "$(issued)" -eq 12 ]
    sha256sum --quiet -c "$T/before"
}

@test "an id that would leave the folder is refused" {
    printf 'name,id\nAna,../../escaped\n' >"$T/learners.csv"
    run --separate-stderr avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
    [ "$status" -ne 0 ]
    [ -z "$(find "$T" -name 'escaped*')" ]
}

@test "issue for an achievement that is not there is refused, and nothing is written" {
    csv 1 >"$T/learners.csv"
    run --separate-stderr avow issue --achievement 77 --csv "$T/learners.csv" --out "$T/out"
    [ "$status" -eq 1 ]
    [ -z "$(find "$T/out" -name '*.json' 2>/dev/null)" ]
}

@test "nothing personal is in the log" {
    printf 'name,email\nZenobia Quixote,zenobia@example.org\n' >"$T/learners.csv"
    avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
    stop_node a
    stop_node b
    stop_node c
    grep -q Porto "$T/a/store.mdb"
    run ! grep -qE 'Zenobia|zenobia' "$T"/[abc]/store.mdb
}

# ---- verifying

@test "verify at the third node: valid, exit 0; --json has every field" {
    badges 3
    eventually says valid c "$T/out/r2.json"
    expect_exit 0 avow verify "$T/out/r2.json" --node "$(address c)"
    expect_exit 0 avow verify "$T/out/r2.json" --node "$(address c)" --json
    reference=$(reference_of "$T/out/r2.json")
    jq -e --arg id "$issuer" --arg reference "$reference" --argjson achievement "$achievement" '
        .verdict == "valid" and .reference == $reference and
        .issuer == {id: $id, name: "Universidade do Porto", jurisdiction: "PT"} and
        .achievement.index == $achievement and .achievement.title == "Data analysis" and
        .state == "active" and has("reason") and
        .checkpoint.epoch == 0 and .checkpoint.size == 6 and
        (.checkpoint | has("time")) and .checkpoint.age_seconds < 3600 and
        has("witnessed_at") and (.checked | length > 0) and (.unchecked | type == "array") and
        .recognised == null and .paths == [] and .level == null and .components == [] and
        .later == [] and .fork == null
    ' <<<"$output"
}

@test "verify takes a reference" {
    badges 1
    reference=$(reference_of "$T/out/r1.json")
    eventually says valid c "$reference"
    expect_exit 0 avow verify "$reference" --node "$(address c)" --json
    jq -e '.unchecked | index("document") != null' <<<"$output"
}

@test "one character changed anywhere that is signed: tampered, exit 1" {
    badges 1
    eventually says valid c "$T/out/r1.json"
    for edit in '.credentialSubject.achievement.name += "."' '.validFrom = "2020-01-01T00:00:00Z"' \
        '.issuer.name = "Universidade do Portp"' '.name = (.name // "") + "x"'; do
        jq "$edit" "$T/out/r1.json" >"$T/edited.json"
        expect_exit 1 avow verify "$T/edited.json" --node "$(address c)" --json
        [ "$(jq -r .verdict <<<"$output")" = tampered ] || fail "$edit: $output"
    done
    sed 's/Learner 1/Learner 2/' "$T/out/r1.json" >"$T/edited.json"
    run ! cmp -s "$T/out/r1.json" "$T/edited.json"
    expect_exit 1 avow verify "$T/edited.json" --node "$(address c)" --json
    [ "$(jq -r .verdict <<<"$output")" = tampered ]
}

@test "another's reference in a badge is not valid" {
    badges 2
    one=$(reference_of "$T/out/r1.json") other=$(reference_of "$T/out/r2.json")
    sed "s|$one#|$other#|" "$T/out/r1.json" >"$T/edited.json"
    run ! cmp -s "$T/out/r1.json" "$T/edited.json"
    expect_exit 1 avow verify "$T/edited.json" --node "$(address a)" --json
    [[ $(jq -r .verdict <<<"$output") =~ ^(tampered|disputed)$ ]]
}

@test "a reference beyond the log is unknown, exit 3" {
    expect_exit 3 avow verify "$issuer/999" --json
    [ "$(jq -r .verdict <<<"$output")" = unknown ]
}

@test "an issuer that nobody knows is unknown, exit 3" {
    AVOW_HOME=$T/other
    mkdir "$T/other"
    start_node lone
    stranger=$(avow issuer new --name Stranger --jurisdiction KE --website https://s.example \
        --no-passphrase --node "$(address lone)")
    expect_exit 3 avow verify "$stranger/0" --node "$(address c)" --json
    [ "$(jq -r .verdict <<<"$output")" = unknown ]
}

@test "a dead node is unknown, exit 3, and never valid" {
    badges 1
    dead=$(address c)
    kill_node c
    expect_exit 3 avow verify "$T/out/r1.json" --node "$dead"
    [[ ! $output =~ ^valid ]]
    expect_exit 3 avow verify "$T/out/r1.json" --node "$dead" --json
    [ "$(jq -r .verdict <<<"$output")" = unknown ]
}

@test "what is no badge, and what is no reference, is a wrong call: exit 2" {
    echo '{"a": 1}' >"$T/not.json"
    expect_exit 2 avow verify "$T/not.json"
    expect_exit 2 avow verify "$T/absent.json"
    expect_exit 2 avow verify avow1qqqq/1
}

@test "before it begins and after it ends" {
    cat >"$T/learners.csv" <<'CSV'
name,id,valid_from,valid_until
Ana,past,2020-01-01,2021-01-01
Bruno,future,2099-01-01,
CSV
    avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
    expect_exit 1 avow verify "$T/out/past.json" --json
    [ "$(jq -r .verdict <<<"$output")" = expired ]
    expect_exit 1 avow verify "$T/out/future.json" --json
    [ "$(jq -r .verdict <<<"$output")" = not-yet-valid ]
}

# ---- status

@test "revoke, by file, for each reason: revoked at the third node, exit 1, with the reason" {
    reasons=(fraud error data holder key lapsed replaced closed)
    badges ${#reasons[@]}
    for nth in "${!reasons[@]}"; do
        badge=$T/out/r$((nth + 1)).json reason=${reasons[nth]}
        expect_exit 0 avow revoke "$badge" --reason "$reason"
        eventually says revoked c "$badge"
        expect_exit 1 avow verify "$badge" --node "$(address c)" --json
        jq -e --arg reason "$reason" '.state == "revoked" and .reason == $reason' <<<"$output" ||
            fail "$reason: $output"
    done
}

@test "revoke by reference; a second revocation is refused; the others stay valid" {
    badges 3
    reference=$(reference_of "$T/out/r2.json")
    expect_exit 0 avow revoke "$reference" --reason fraud
    eventually says revoked c "$T/out/r2.json"
    before=$(size_at a)
    run --separate-stderr avow revoke "$reference" --reason error
    [ "$status" -eq 1 ] && [[ $stderr == *"$reference is revoked since "*" fraud, which stands; not recorded: error"* ]]
    run --separate-stderr avow revoke "$reference" --reason error --json
    [ "$status" -eq 1 ] && [ "$(jq -r '.otherReason[0].reason' <<<"$output")" = fraud ]
    run --separate-stderr avow revoke "$reference" --reason fraud
    [ "$status" -eq 0 ] && [[ $stderr == *"$reference is revoked since "*" fraud."* ]]
    [ "$(size_at a)" = "$before" ]
    says valid c "$T/out/r1.json"
    says valid c "$T/out/r3.json"
    expect_exit 1 avow verify "$reference" --node "$(address c)" --json
    jq -e '.reason == "fraud"' <<<"$output"
}

@test "revoke of what is not this issuer's, or not there, is refused" {
    badges 1
    before=$(size_at a)
    for target in "$issuer/99" "$issuer/0"; do
        run --separate-stderr avow revoke "$target" --reason fraud
        [ "$status" -ne 0 ] && [ -n "$stderr" ]
    done
    AVOW_HOME=$T/other
    mkdir "$T/other"
    avow issuer new --name Other --jurisdiction KE --website https://o.example --no-passphrase
    run --separate-stderr avow revoke "$T/out/r1.json" --reason fraud
    [ "$status" -ne 0 ] && [ -n "$stderr" ]
    [ "$(size_at a)" = "$before" ]
    says valid a "$T/out/r1.json"
}

@test "suspended, and reinstated" {
    badges 1
    expect_exit 0 avow suspend "$T/out/r1.json"
    eventually says suspended c "$T/out/r1.json"
    expect_exit 1 avow verify "$T/out/r1.json" --node "$(address c)"
    expect_exit 0 avow reinstate "$T/out/r1.json"
    eventually says valid c "$T/out/r1.json"
    expect_exit 0 avow verify "$T/out/r1.json" --node "$(address c)"
}

@test "old evidence does not outlive a revocation that newer evidence shows" {
    badges 1
    avow prove "$T/out/r1.json" -o "$T/old"
    avow revoke "$T/out/r1.json" --reason fraud
    avow prove "$T/out/r1.json" -o "$T/new"
    expect_exit 0 avow verify "$T/out/r1.json" --offline "$T/old"
    expect_exit 1 avow verify "$T/out/r1.json" --offline "$T/new" --json
    [ "$(jq -r .verdict <<<"$output")" = revoked ]
}

# ---- evidence

@test "evidence is judged with no node at all; a flipped bit is refused" {
    badges 2
    eventually says valid c "$T/out/r1.json"
    avow prove "$T/out/r1.json" -o "$T/evidence" --node "$(address c)"
    for name in a b c; do stop_node "$name"; done
    unset AVOW_NODE
    expect_exit 0 avow verify "$T/out/r1.json" --offline "$T/evidence" --json
    [ "$(jq -r .verdict <<<"$output")" = valid ]
    # Evidence about one badge says nothing of another.
    expect_exit 3 avow verify "$T/out/r2.json" --offline "$T/evidence"
    size=$(stat -c %s "$T/evidence")
    for at in 0 1 9 $((size / 4)) $((size / 3)) $((size / 2)) $((size - 40)) $((size - 1)); do
        flip "$T/evidence" "$at" >"$T/flipped"
        run avow verify "$T/out/r1.json" --offline "$T/flipped" --json
        [ "$status" -ne 0 ] || fail "bit of byte $at: $output"
        [ "$(jq -r .verdict <<<"$output" 2>/dev/null)" != valid ]
    done
    head -c $((size - 1)) "$T/evidence" >"$T/cut"
    run avow verify "$T/out/r1.json" --offline "$T/cut"
    [ "$status" -ne 0 ]
}

# ---- recognition and policies

@test "recognise prints its index, once however often it is asked; bad values are named" {
    subject=$(AVOW_HOME=$T/other avow issuer new --name "Nairobi TI" --jurisdiction KE \
        --website https://n.example --no-passphrase)
    call=(avow recognise "$subject" --as issuer --subject-name "Nairobi" --fields "0612,07" --levels 5-7
        --regions "PT,PT-13" --achievements "2,5" --depth 2 --equivalence KNQF:7=EQF:6
        --equivalence KNQF:6=EQF:5 --from 2020-01-01 --until 2030-12-31 --basis urn:decision:1)
    expect_exit 0 "${call[@]}"
    [ "$output" = 3 ]
    expect_exit 0 "${call[@]}"
    [ "$output" = 3 ]
    avow log show --issuer "$issuer" --json >"$T/log"
    jq -e --arg id "$subject" '.[3] | .kind == "recognition" and .subject == $id and
        .subject_name == "Nairobi" and .role == "issuer" and .basis == "urn:decision:1" and
        .scope == {achievements: [2, 5], depth: 2, fields: ["0612", "07"], levels: [5, 7],
                   regions: ["PT", "PT-13"]} and
        .equivalence == ["KNQF:7=EQF:6", "KNQF:6=EQF:5"] and
        .valid_from == "2020-01-01T00:00:00Z" and .valid_until == "2030-12-31T23:59:59Z"' "$T/log"
    expect_exit 0 avow recognise "$subject" --as authority --subject-name N --basis urn:x --json
    jq -e '.index == 4' <<<"$output"
    expect_exit 2 avow recognise "$subject" --as boss --subject-name N --fields law --basis x
    [ -z "$output" ]
    for said in "--as: write issuer" "--fields: law: write ISCED-F" "--basis: write where"; do
        [[ $stderr == *"$said"* ]] || fail "$said" "$stderr"
    done
    expect_exit 0 avow withdraw "$issuer/3" --reason lapsed
    expect_exit 0 avow withdraw "$issuer/4"
}

@test "policy new writes a file that check explains and show repeats; a bad one ends with 1 and its line" {
    expect_exit 0 avow policy new "$T/p.ini" --region PT --anchor "Porto=$issuer fields=07 levels=4-8"
    expect_exit 1 avow policy new "$T/p.ini"
    expect_exit 0 avow policy check "$T/p.ini"
    [[ $output == *"Porto ($issuer): fields 07; EQF levels 4 to 8"* ]]
    [[ $output == *"known    $issuer  Universidade do Porto, PT"* ]]
    expect_exit 0 avow policy show "$T/p.ini" --json
    jq -e --arg id "$issuer" '.region == "PT" and .max_depth == 4 and .require_recognition and
        .anchors == [{name: "Porto", issuer: $id, scope: {fields: ["07"], levels: [4, 8]}}]' <<<"$output"
    avow policy show "$T/p.ini" >"$T/again.ini"
    [ "$(avow policy show "$T/again.ini")" = "$(cat "$T/again.ini")" ]
    echo 'colour = red' >>"$T/again.ini"
    expect_exit 1 avow policy check "$T/again.ini"
    [[ $stderr == *"again.ini:$(wc -l <"$T/again.ini"):"* ]] || fail "$stderr"
    expect_exit 2 avow verify "$issuer/2" --policy "$T/again.ini"
    expect_exit 2 avow verify "$issuer/2" --policy "$T/absent.ini"
    expect_exit 2 avow verify "$issuer/2" --region portugal
}

@test "policy check says which anchors the node does not know, and that it could not ask" {
    start_node lone
    stranger=$(AVOW_HOME=$T/other avow issuer new --name Stranger --jurisdiction KE \
        --website https://s.example --no-passphrase --node "$(address lone)")
    avow policy new "$T/p.ini" --anchor "Stranger=$stranger"
    expect_exit 0 avow policy check "$T/p.ini" --json
    jq -e '.anchors[0].known == false' <<<"$output"
    kill_node lone
    expect_exit 0 avow policy check "$T/p.ini" --json --node "$(address lone)"
    jq -e '.anchors[0].known == null and (.explanation | length > 3)' <<<"$output"
    [[ $stderr == *"could not be asked"* ]]
}

# ---- the catalogue

@test "find: words in any case and without accents, narrowed, paged, under a policy" {
    for nth in 1 2 3; do
        avow achievement add --code "AN-$nth" --title "Análise de Dados $nth" --language pt --level 6 \
            --framework EQF --field 0612
    done
    avow achievement add --code SOL --title "Painéis solares" --level 5 --framework EQF --field 0713
    expect_exit 0 avow find ANALISE dados --json
    jq -e --arg id "$issuer" '(.results | length) == 3 and .next == null and (.results[0] |
        .issuer == $id and .index == 3 and .title == "Análise de Dados 1" and .code == "AN-1" and
        .level == "6" and .field == "0612" and .issuer_name == "Universidade do Porto")' <<<"$output"
    expect_exit 0 avow find analise --limit 2 --json
    first=$output next=$(jq -r .next <<<"$output")
    expect_exit 0 avow find analise --limit 2 --after "$next" --json
    jq -e --argjson first "$first" '.next == null and ([.results, $first.results] | add | map(.index) |
        sort) == [3, 4, 5]' <<<"$output"
    count() { avow find "$@" --json | jq '.results | length'; }
    [ "$(count --field 07)" = 1 ] && [ "$(count --level 5)" = 1 ] && [ "$(count --region PT)" = 5 ]
    [ "$(count --region KE)" = 0 ] && [ "$(count --issuer "$issuer")" = 5 ]
    avow policy new "$T/p.ini" --anchor "Porto=$issuer fields=07"
    [ "$(count --policy "$T/p.ini")" = 1 ]
    expect_exit 0 avow find painéis
    [[ $output == *"Painéis solares"*"Universidade do Porto, PT"*"EQF level 5; field 0713"*"$issuer/6"* ]]
    avow revoke "$issuer/6" --reason lapsed
    [ "$(count paineis)" = 0 ]
    expect_exit 0 avow find nothing at all
    [ -z "$output" ]
    expect_exit 2 avow find x --level 9
    expect_exit 2 avow find x --field law
    expect_exit 2 avow find x --after '*'
    kill_node a
    expect_exit 3 avow find x
}

# ---- the log

@test "log export writes C2SP tiles, and other languages agree with it" {
    badges 300
    avow log export --issuer "$issuer" --out "$T/export"
    [ -f "$T/export/tile/0/000" ]
    [ -f "$T/export/tile/entries/000" ]
    [ "$(sed -n 2p "$T/export/checkpoint")" -eq 303 ]
    head -n 1 "$T/export/checkpoint" | grep -q "^avow/$issuer/0/"
    node "$BATS_TEST_DIRNAME/../interop/avow.mjs" audit "$T/export"
    (cd "$BATS_TEST_DIRNAME/../interop" && GO111MODULE=off GOPATH=/usr/share/gocode \
        GOCACHE=${GOCACHE:-$T/gocache} go run c2sp/main.go "$T/export")
}

@test "a badge's proof passes an independent verifier" {
    badges 1
    sed 's/Learner 1/Learner 9/' "$T/out/r1.json" >"$T/edited.json"
    node "$BATS_TEST_DIRNAME/../interop/proof.mjs" "$T/out/r1.json" --refused "$T/edited.json"
}

@test "log audit: every log, or one; unknown when there is no such log or no node" {
    badges 5
    expect_exit 0 avow log audit
    expect_exit 0 avow log audit --issuer "$issuer" --json
    jq -e '.[0].size == 8' <<<"$output"
    AVOW_HOME=$T/other
    mkdir "$T/other"
    start_node lone
    stranger=$(avow issuer new --name Stranger --jurisdiction KE --website https://s.example \
        --no-passphrase --node "$(address lone)")
    expect_exit 3 avow log audit --issuer "$stranger"
    kill_node lone
    expect_exit 3 avow log audit --issuer "$stranger" --node "$(address lone)"
}

@test "node check is right about a good store, and names a damaged one" {
    badges 300
    stop_node a
    expect_exit 0 avow node check --data "$T/a"
    # A byte of commitments, in every copy: a page that is free keeps what it held.
    LC_ALL=C sed -i 's/\(\x96\x05\xce.\{17\}\)./\1X/g' "$T/a/store.mdb"
    expect_exit 1 avow node check --data "$T/a"
    [ -n "$output$stderr" ]
}

# ---- wrong usage

@test "wrong calls: exit 2, a word on stderr, nothing on stdout" {
    while read -r -a call; do
        run --separate-stderr avow "${call[@]}"
        [ "$status" -eq 2 ] && [ -z "$output" ] && [ -n "$stderr" ] ||
            fail "avow ${call[*]}: $status, $output"
    done <<'CALLS'
frobnicate
verify
verify a b
verify --frobnicate x
issue
issue --achievement x --csv y --out z
issuer new
revoke
revoke avow1qqqq/1 --reason boredom
log export
node check
achievement add --code A
recognise
recognise avow1qqqq --as issuer --subject-name x --basis urn:x
recognise avow1qqqq --csv x
withdraw
withdraw avow1qqqq/1
policy check
policy new --anchor x
verify x --policy absent.ini
CALLS
}

@test "avow alone shows its help on stderr, and ends with 2" {
    run --separate-stderr avow
    [ "$status" -eq 2 ] && [ -z "$output" ] && [[ $stderr == *"usage: avow COMMAND"* ]]
}

@test "what is no badge is a wrong call for verify, revoke and suspend alike" {
    printf '{"name": "no badge"}\n' >"$T/list.json"
    for call in verify "revoke --reason error" suspend reinstate; do
        # shellcheck disable=SC2086 # words
        expect_exit 2 avow $call "$T/list.json"
        [ -z "$output" ] && [[ $stderr == *"is not a badge"* ]] || fail "$call: $stderr"
    done
}

@test "avowd: wrong calls end with 2 and a word on stderr" {
    while read -r -a call; do
        run --separate-stderr avowd "${call[@]}"
        [ "$status" -eq 2 ] && [ -z "$output" ] && [ -n "$stderr" ] ||
            fail "avowd ${call[*]}: $status, $output"
    done <<CALLS
--data $T/x
--listen 127.0.0.1:1
--data $T/x --listen nonsense
--data $T/x --listen 127.0.0.1:1 --frobnicate
--data $T/x --listen 127.0.0.1:1 --config $T/absent
CALLS
}

@test "avowd reads the same options from a file" {
    # shellcheck disable=SC2034 # read by support.bash
    node_port["filed"]=$(free_port)
    printf '[node]\ndata = %s\nlisten = 127.0.0.1:%s\npeer = %s\nnetwork = main\n' \
        "$T/filed" "${node_port["filed"]}" "$(address b)" >"$T/avowd.ini"
    "$AVOW_BIN/avowd" --config "$T/avowd.ini" 2>"$T/filed.log.now" 3>&- &
    # shellcheck disable=SC2034
    node_pid["filed"]=$!
    eventually is_listening filed
    eventually peers_ready filed 1
    eventually same_size a filed
}
