# Prints each function of a header that does not begin with a noun which the header owns, and exits
# 1 when there is one. The first file lists the nouns that no name in the header tells; the others
# are the headers.
function fault(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    bad = 1
}

# Whether the function's name is `prefix` and a noun of the header, alone or followed by more.
function is_owned(name,    noun) {
    if ("*" in nouns)
        return 1
    sub(/^(avow|core)_/, "", name)
    for (noun in nouns)
        if (name == noun || index(name, noun "_") == 1)
            return 1
    return 0
}

# A header's own noun: its name, without what makes it a private one.
function own_noun(path) {
    sub(/^.*\//, "", path)
    sub(/(_inner)?\.h$/, "", path)
    return path
}

# The lines of the header that are over are judged with all of its nouns known.
function judge(    i) {
    for (i = 1; i <= count; i++)
        if (!is_owned(names[i])) {
            printf "%s:%d: %s begins with no noun of this header\n", header, lines[i], names[i]
            bad = 1
        }
    count = 0
    delete nouns
}

NR == FNR {
    if ($0 ~ /^#/ || NF == 0)
        next
    if (NF > 3)
        fault($1 ": more than two further nouns: it is more than one header")
    for (i = 2; i <= NF; i++)
        extra[$1] = extra[$1] " " $i
    next
}

FNR == 1 {
    judge()
    header = FILENAME
    comment = 0
    nouns[own_noun(header)] = 1
    further = split(extra[header], list, " ")
    for (i = 1; i <= further; i++)
        nouns[list[i]] = 1
}

/^\/\*/ { comment = 1 }
comment {
    if (/\*\//)
        comment = 0
    next
}

# A macro, to the end of its last line.
/^#/ || macro {
    macro = /\\$/
    next
}

# A type that is laid out here is the header's.
match($0, /^(struct|enum|union) avow_[a-z0-9_]+ \{/) {
    noun = $2
    sub(/^avow_/, "", noun)
    nouns[noun] = 1
    next
}

# A prototype or an inline function begins at the first column; its name is what precedes "(".
/^[A-Za-z]/ && !/^typedef/ && match($0, /[a-z][a-z0-9_]*\(/) {
    names[++count] = substr($0, RSTART, RLENGTH - 1)
    lines[count] = FNR
    if (names[count] !~ /^(avow|core)_/)
        fault(names[count] " has no prefix")
}

END {
    judge()
    exit bad
}
