"""What is reported, and beside which limit: a row each.

A limit is made from figures of the same run, so that a ratio says something about the program and
little about the machine. Every row has one.
"""
import collections

# name, text, unit, scale; better: "more" or "less"; goal, in the unit, or None; the limit's text,
# and its value made from the figures of the run; or the goal as a ratio to that.
Figure = collections.namedtuple("Figure", "name text unit scale better goal limit_text limit "
                                "goal_ratio", defaults=[None])


def reads(count):
    """Random reads of memory, one after the other, in seconds."""
    return lambda f: count / f["random-reads"]


FIGURES = [Figure(*row) for row in [
    ("apply", "apply: decode, hash, tree, status; a core", "M entries/s", 1e-6, "more", 4,
     "hashing alone", lambda f: f["hashing"]),
    ("append", "store: appended and synced, a thread", "M entries/s", 1e-6, "more", None,
     "hashing alone", lambda f: f["hashing"]),
    ("node-ingest", "ingest through a node", "M entries/s", 1e-6, "more", 2.5,
     "bare pipe", lambda f: f["pipe"]),
    ("node-replication", "replication, node to node", "M entries/s", 1e-6, "more", 2,
     "bare pipe", lambda f: f["pipe"]),
    ("node-single", "submissions of one record, 64 issuers", "k/s", 1e-3, "more", 12,
     "two synced writes for 64, and an Ed25519 check",
     lambda f: 1 / (2e-3 * f["sync-ms"] / 64 + 1 / f["ed25519-verify"])),
    ("node-single-p50", "    half of them within", "ms", 1, "less", None,
     "two synced writes of 16 KiB", lambda f: 2 * f["sync-ms"]),
    ("node-single-p99", "    99 % of them within", "ms", 1, "less", 7,
     "two synced writes of 16 KiB", lambda f: 2 * f["sync-ms"]),
    ("verdicts", "verdicts from the store, a thread", "M/s", 1e-6, "more", 0.5,
     "random reads of memory", lambda f: f["random-reads"]),
    ("node-verify", "verdicts from a node, pipelined", "k/s", 1e-3, "more", None,
     "Redis GET, pipelined", lambda f: f["redis-get"], 0.7),
    ("node-verify-p50", "verdicts one at a time, half within", "µs", 1, "less", None,
     "Redis GET", lambda f: f["redis-p50"]),
    ("node-verify-p99", "    99 % within", "µs", 1, "less", 150,
     "Redis GET", lambda f: f["redis-p99"]),
    ("evidence-made", "evidence made, a thread", "k/s", 1e-3, "more", 100,
     "100 random reads of memory", lambda f: f["random-reads"] / 100),
    ("node-prove", "evidence from a node, pipelined", "k/s", 1e-3, "more", None,
     "made by a thread", lambda f: f["evidence-made"]),
    ("evidence-check-us", "evidence checked", "µs", 1, "less", 100,
     "its signature", lambda f: f["signature-us"]),
    ("credential-issue", "credentials issued, a core", "k/s", 1e-3, "more", 10,
     "Ed25519 signatures", lambda f: f["ed25519-sign"]),
    ("credential-verify", "credentials verified, a core", "k/s", 1e-3, "more", 10,
     "its signature", lambda f: f["ed25519-verify"]),
    ("stored-bytes", "bytes stored for each entry byte", "", 1, "less", 1.25,
     "the entries alone", lambda f: 1),
    ("start-cold", "start with all entries, cold", "ms", 1, "less", 50,
     "a synced write of 16 KiB", lambda f: f["sync-ms"]),
    ("start-warm", "    warm", "ms", 1, "less", 50,
     "1,000 random reads of memory", lambda f: 1e3 * reads(1000)(f)),
    ("path-verdict-us", "a verdict, recognised over 4 steps, of 10,251 issuers", "µs", 1, "less",
     1000, "100 random reads of memory", lambda f: 1e6 * reads(100)(f)),
    ("path-verdict-p99-us", "    99 % within", "µs", 1, "less", 1000,
     "100 random reads of memory", lambda f: 1e6 * reads(100)(f)),
    ("no-path-verdict-us", "    not recognised, after 350 bodies, half within", "µs", 1, "less",
     1000, "350 random reads of memory", lambda f: 1e6 * reads(350)(f)),
    ("find-ms", "the catalogue of 102,510 achievements searched, half within", "ms", 1, "less", 20,
     "1,000 random reads of memory", lambda f: 1e3 * reads(1000)(f)),
    ("find-p99-ms", "    99 % within", "ms", 1, "less", 20,
     "1,000 random reads of memory", lambda f: 1e3 * reads(1000)(f)),
    ("find-common-ms", "    the commonest words", "ms", 1, "less", 20,
     "1,000 random reads of memory", lambda f: 1e3 * reads(1000)(f)),
    ("find-recognised-ms", "    the same, for what a policy recognises", "ms", 1, "less", 20,
     "1,000 random reads of memory", lambda f: 1e3 * reads(1000)(f)),
    ("hostile-ring-ms", "a verdict whose search hostile bodies keep up to its bound", "ms", 1,
     "less", None, "10,000 random reads of memory", lambda f: 1e3 * reads(10000)(f)),
    ("hostile-wide-ms", "    through 10,000 bodies, none read before", "ms", 1, "less", None,
     "10,000 random reads of memory", lambda f: 1e3 * reads(10000)(f)),
    ("check-s", "full check of the store", "s", 1, "less", 5,
     "hashing alone", lambda f: f["entries"] / f["hashing"]),
]]


def row_of(figure, figures):
    """A row of the results; KeyError when the run lacks a figure that it is made of."""
    value = figures[figure.name] * figure.scale
    limit = figure.limit(figures)
    # A rate's limit is a rate, and has its scale; a cost's is made in its unit.
    limit *= figure.scale if figure.better == "more" else 1
    row = {"name": figure.name, "figure": figure.text, "value": value, "unit": figure.unit,
           "better": figure.better, "goal": figure.goal, "limit": figure.limit_text,
           "limit_value": limit, "ratio": value / limit}
    if figure.goal_ratio is not None:
        row["goal"] = figure.goal_ratio * limit
    if row["goal"] is not None:
        row["met"] = value >= row["goal"] if figure.better == "more" else value <= row["goal"]
    return row


def rows_of(figures):
    """The rows that can be made of these figures; a program that was not run leaves its rows out."""
    rows = []
    for figure in FIGURES:
        try:
            rows.append(row_of(figure, figures))
        except KeyError:
            continue
    return rows
