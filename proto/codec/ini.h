/* INI files: [section], NAME = VALUE, and comments, which are lines that begin with ";" or "#". A
 * value is everything after the first "=" but for blanks around it. No line goes on in the next. */
#ifndef AVOW_PROTO_CODEC_INI_H
#define AVOW_PROTO_CODEC_INI_H

#include "proto/base.h"

#define AVOW_INI_LINE_MAX (32 * 1024) /* bytes */

enum avow_ini_item {
    AVOW_INI_END,     /* nothing is left */
    AVOW_INI_SECTION, /* `section` has begun */
    AVOW_INI_PAIR,    /* `name` and `value`, in `section` */
    AVOW_INI_BAD,     /* `problem` says what is wrong with the line */
};

struct avow_ini {
    struct avow_bytes rest;    /* unread, borrowed */
    bool trailing_comments;    /* a ";" after a blank begins a comment too; the caller's to set */
    unsigned line;             /* the number of the line that was read last, from 1 */
    struct avow_bytes text;    /* that line without a comment and blanks around it; borrowed */
    struct avow_bytes section; /* borrowed; empty before the first */
    struct avow_bytes name, value; /* of a pair; borrowed; may be empty */
    const char *problem;           /* of a bad line, for people; static */
};

/* Starts at the first line of `text`, which must outlive the reader; after the mark of UTF-8, if
 * there is one. */
void avow_ini_init(struct avow_ini *ini, struct avow_bytes text);

/* Reads on to the next line that says something. Whether texts are UTF-8 is not judged; a NUL byte
 * or a longer line than AVOW_INI_LINE_MAX is bad. After a bad line the next one can be read. */
enum avow_ini_item avow_ini_next(struct avow_ini *ini);

/* Takes the blanks (spaces, tabs, carriage returns) off both ends. */
struct avow_bytes avow_ini_trim(struct avow_bytes text);

#endif
