# Prints each include that points the wrong way, and exits 1 when there is one. The first file is
# the table of rooms; the others are the sources.
function fault(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    bad = 1
}

# A file's room is its folder.
function room_of(path) {
    sub(/\/[^\/]*$/, "", path)
    return path
}

# allow(ROOM, NAME): NAME is a room above this line of the table, or "folder/*".
function allow(room, name,    other, found) {
    if (name in known) {
        allowed[room, name] = 1
        return
    }
    if (name ~ /\/\*$/) {
        sub(/\*$/, "", name)
        for (other in known)
            if (other != room && index(other "/", name) == 1) {
                allowed[room, other] = 1
                found = 1
            }
    }
    if (!found)
        fault("no such room above this line: " name)
}

NR == FNR {
    if ($0 ~ /^#/ || NF == 0)
        next
    known[$1] = 1
    allowed[$1, $1] = 1
    for (i = 2; i <= NF; i++)
        allow($1, $i)
    next
}

FNR == 1 {
    room = room_of(FILENAME)
    # What pure code may include: the language, and libraries that compute and do nothing else.
    if (!pure_count) {
        pure_count = split("assert.h ctype.h endian.h errno.h float.h inttypes.h jansson.h limits.h " \
            "math.h msgpack.h sodium.h stdalign.h stdarg.h stdbool.h stddef.h stdint.h stdio.h " \
            "stdlib.h string.h threads.h zlib.h", headers, " ")
        for (i in headers)
            pure[headers[i]] = 1
    }
    folder = room ~ /^proto(\/|$)/ ? "proto" : room
    is_pure = folder == "proto" || room == "node/core"
    if (!(room in known))
        fault("in no room")
}

match($0, /^[ \t]*#[ \t]*include[ \t]*"[^"]*"/) {
    split($0, quoted, "\"")
    target = room_of(quoted[2])
    if (quoted[2] !~ /\//)
        fault("includes start at the root of the project: " quoted[2])
    else if (!((room, target) in allowed))
        fault(room " may not include " target)
}

is_pure && match($0, /^[ \t]*#[ \t]*include[ \t]*<[^>]*>/) {
    name = $0
    sub(/^[^<]*</, "", name)
    sub(/>.*/, "", name)
    if (!(name in pure) && name !~ /^nettle\// && name !~ /^msgpack\//)
        fault(folder " does no I/O: <" name ">")
}

# stdio.h is for snprintf. Only a failed assertion (proto/base.c) writes.
is_pure && FILENAME != "proto/base.c" &&
        match($0, /(^|[^a-z_])(v?f?printf|fopen|fdopen|fread|fwrite|fputs|puts|putchar|perror|getenv|json_load_file|json_dump_file)\(/) {
    name = substr($0, RSTART, RLENGTH - 1)
    gsub(/[^a-z_]/, "", name)
    fault(folder " does no I/O: " name)
}

END { exit bad }
