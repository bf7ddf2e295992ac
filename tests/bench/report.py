#!/usr/bin/env python3
"""Results as a table, against other results, and on the page.

    tests/bench/report.py page          writes the table of docs/performance.md from docs/performance.json
    tests/bench/report.py check         whether it is the table of it
"""
import json
import pathlib
import sys

JSON_PATH = pathlib.Path("docs/performance.json")
PAGE_PATH = pathlib.Path("docs/performance.md")
BEGIN = "<!-- From performance.json, by `./dev bench --write`. -->\n"
END = "<!-- Until here. -->\n"
NOTHING = "Nothing has been measured with this version yet.\n"
WORSE_BY = 0.2  # of the ratio: two runs on one machine differ by less


def show(value):
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def table_of(rows):
    head = ["figure", "value", "unit", "goal", "", "limit in the same run", "", "ratio"]
    lines = [head]
    for row in rows:
        sign = "≥" if row["better"] == "more" else "≤"
        goal = "" if row["goal"] is None else f"{sign} {row['goal']:.4g}"
        met = "" if row["goal"] is None else "ok" if row["met"] else "missed"
        lines.append([row["figure"], show(row["value"]), row["unit"], goal, met, row["limit"],
                      show(row["limit_value"]), f"{row['ratio']:.3g}"])
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    right = {1, 3, 6, 7}
    text = ""
    for line in lines:
        cells = [cell.rjust(width) if i in right else cell.ljust(width)
                 for i, (cell, width) in enumerate(zip(line, widths))]
        text += "  ".join(cells).rstrip() + "\n"
    return text


# ------------------------------------------------------------------ against other results


def change_of(old, new):
    """How many times as good the new ratio is."""
    if old["better"] == "more":
        return new["ratio"] / old["ratio"]
    return old["ratio"] / new["ratio"]


def compare(old, new):
    """(what is said, a line each; whether nothing is worse). `new` may be of some programs only:
    `new["partial"]`; then what it lacks is passed over."""
    lines, good = [], True
    before = {row["name"]: row for row in old["rows"]}
    after = {row["name"]: row for row in new["rows"]}
    for name, row in before.items():
        if name not in after:
            if not new.get("partial"):
                lines.append(f"gone    {name}: its ratio was {row['ratio']:.3g}")
                good = False
            continue
        change = change_of(row, after[name])
        beside = f"{name}: {row['ratio']:.3g} of its limit, now {after[name]['ratio']:.3g}"
        if change < 1 - WORSE_BY:
            lines.append(f"worse   {beside}")
            good = False
        elif change > 1 / (1 - WORSE_BY):
            lines.append(f"better  {beside}")
    lines += [f"new     {name}: {row['ratio']:.3g} of its limit"
              for name, row in after.items() if name not in before]
    return lines, good


def judge(old, new):
    """The same for results that may not be there, or be of another size."""
    if old is None:
        return ["there are no results to compare with: docs/performance.json is not committed"], False
    if old["entries"] != new["entries"]:
        return [f"the committed results are of {old['entries']} entries, these of "
                f"{new['entries']}: they are not compared"], False
    lines, good = compare(old, new)
    if old["machine"] != new["machine"]:
        lines.insert(0, "another machine: " + machine_text(old["machine"]))
    return lines or ["nothing differs by more than a fifth"], good


# ------------------------------------------------------------------ the page


def machine_text(machine):
    return f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}, {machine['disk']}"


def section_of(results):
    if results is None:
        return NOTHING
    head = (f"{machine_text(results['machine'])}; {results['entries']:,} entries ({results['how']}), "
            f"{results['date'][:10]}, commit {results['commit']}.\n")
    return head + "\n```\n" + table_of(results["rows"]) + "```\n"


def put_section(page, section):
    """The page with this section; ValueError where its marks are not there once, in order."""
    before, begin, rest = page.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise ValueError(f"{PAGE_PATH}: no place for the table")
    return before + BEGIN + section + END + after


def load(path):
    return json.loads(path.read_text()) if path.exists() else None


def main(arguments):
    if arguments not in (["page"], ["check"]):
        print(__doc__, file=sys.stderr)
        return 2
    page = PAGE_PATH.read_text()
    try:
        written = put_section(page, section_of(load(JSON_PATH)))
    except ValueError as error:
        print(error)
        return 1
    if arguments == ["page"]:
        PAGE_PATH.write_text(written)
    elif written != page:
        print(f"{PAGE_PATH}: its table is not that of {JSON_PATH}: run tests/bench/report.py page")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
