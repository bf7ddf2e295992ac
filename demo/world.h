/* The demo's world: a folder, three nodes that are real avowd processes on loopback, and a way to
 * run commands as a person would, showing each and what it printed. */
#ifndef AVOW_DEMO_WORLD_H
#define AVOW_DEMO_WORLD_H

#include "cli/frame/command.h"

#include <sys/types.h>

#define AVOW_DEMO_NODES 3

struct avow_demo_place {
    const char *name;  /* "porto" */
    const char *title; /* "Porto" */
    char address[64];  /* "127.0.0.1:PORT" */
    char folder[512];  /* of this place, in the world's folder */
    pid_t pid;         /* of its avowd; 0 when none runs */
    char issuer[128];  /* the id of the issuer who lives there */
};

struct avow_demo_world {
    const struct avow_cli *cli;
    char folder[384];
    char daemon[512]; /* the avowd that stands beside this program */
    char data[512];   /* the CSV files that ship with the project */
    struct avow_demo_place places[AVOW_DEMO_NODES];
    struct avow_buf output; /* what the last command printed on stdout, ended by a zero */
};

/* Makes the folder (new, or empty) and finds the daemon and the data. An exit status. */
int avow_demo_open(struct avow_demo_world *world, const struct avow_cli *cli, const char *folder);
/* Stops the nodes that still run, unless `keep`. */
void avow_demo_close(struct avow_demo_world *world, bool keep);

/* Starts a place's node with the others as its peers, and waits until it answers. An exit status.
 */
int avow_demo_start(struct avow_demo_world *world, size_t place, const size_t *peers,
                    size_t peer_count);
/* Ends a node by `signal` and waits for it. */
void avow_demo_stop(struct avow_demo_world *world, size_t place, int signal);

/* Runs one command of this program as the issuer of `place`, asking the node of `node`: words in
 * one string, split at blanks outside of "double quotes"; "@" at a word's start is the place's
 * folder. Shows the command line if `show`; keeps its stdout in world->output. Returns its exit
 * status. */
int avow_demo_run(struct avow_demo_world *world, size_t place, size_t node, bool show,
                  const char *line);
/* The same with printf's formats. */
int avow_demo_runf(struct avow_demo_world *world, size_t place, size_t node, bool show,
                   const char *format, ...) AVOW_PRINTF(5, 6);

/* Shows what the last command printed on stdout, moved in. */
void avow_demo_show_output(const struct avow_demo_world *world);

/* A paragraph of the story. */
void avow_demo_say(const struct avow_demo_world *world, const char *format, ...) AVOW_PRINTF(2, 3);

#endif
