#!/usr/bin/env python3
"""Results against others, and on the page: what is worse is found, and nothing else is."""
import copy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import figures  # noqa: E402
import report  # noqa: E402

MACHINE = {"cpu": "a CPU", "cores": 2, "kernel": "6.1", "disk": "ext4 on a disk"}


def row(name, ratio, better="more"):
    return {"name": name, "figure": "of " + name, "value": ratio * 10, "unit": "k/s",
            "better": better, "goal": None, "limit": "a limit", "limit_value": 10, "ratio": ratio}


def results(*rows, **others):
    return {"entries": 1000, "how": "quick", "machine": MACHINE, "commit": "abc", "partial": False,
            "date": "2026-12-01T00:00:00+00:00", "rows": list(rows), **others}


# name, ratio before and after (None: not there), which is better; what is said first, whether good.
COMPARED = [
    ("the same rate", 0.5, 0.5, "more", "nothing", True),
    ("a rate, worse by a sixth", 0.6, 0.5, "more", "nothing", True),
    ("a rate, worse by a quarter", 0.8, 0.6, "more", "worse", False),
    ("a rate, better by half", 0.6, 0.9, "more", "better", True),
    ("a cost, higher by a tenth", 2.0, 2.2, "less", "nothing", True),
    ("a cost, higher by a half", 2.0, 3.0, "less", "worse", False),
    ("a cost, halved", 2.0, 1.0, "less", "better", True),
    ("a row that is gone", 0.5, None, "more", "gone", False),
    ("a row that is new", None, 0.5, "more", "new", True),
]


class Compare(unittest.TestCase):
    def test_rows(self):
        for name, before, after, better, said, good in COMPARED:
            old = results(*([] if before is None else [row("x", before, better)]))
            new = results(*([] if after is None else [row("x", after, better)]))
            with self.subTest(name):
                lines, found_good = report.judge(old, new)
                self.assertEqual(lines[0].split()[0], said, lines)
                self.assertEqual(found_good, good)

    def test_absolute_figures_do_not_count(self):
        old, new = results(row("x", 0.5)), results(row("x", 0.5))
        new["rows"][0]["value"] = new["rows"][0]["limit_value"] = 0.001
        self.assertEqual(report.judge(old, new), (["nothing differs by more than a fifth"], True))

    def test_a_part_is_compared_for_what_it_has(self):
        old = results(row("x", 0.5), row("y", 0.5))
        self.assertTrue(report.judge(old, results(row("x", 0.5), partial=True))[1])
        self.assertFalse(report.judge(old, results(row("x", 0.1), partial=True))[1])

    def test_what_cannot_be_compared_is_not_good(self):
        self.assertFalse(report.judge(None, results(row("x", 0.5)))[1])
        other = results(row("x", 0.5), entries=10)
        self.assertFalse(report.judge(other, results(row("x", 0.5)))[1])

    def test_another_machine_is_named(self):
        old = results(row("x", 0.5), machine={**MACHINE, "cpu": "another CPU"})
        lines, good = report.judge(old, results(row("x", 0.5)))
        self.assertIn("another CPU", lines[0])
        self.assertTrue(good)


class Figures(unittest.TestCase):
    def test_every_row_has_a_ratio(self):
        run = {figure.name: 3.0 for figure in figures.FIGURES}
        run.update({name: 2.0 for name in (
            "hashing", "pipe", "sync-ms", "ed25519-verify", "ed25519-sign",
            "signature-us", "random-reads", "redis-get", "redis-p50", "redis-p99", "entries")})
        rows = figures.rows_of(run)
        self.assertEqual(len(rows), len(figures.FIGURES))
        self.assertTrue(all(each["ratio"] > 0 for each in rows))

    def test_goals(self):
        run = {"node-verify": 7.0, "redis-get": 10.0, "redis-p99": 1.0, "node-verify-p99": 151.0}
        met = {each["name"]: each["met"] for each in figures.rows_of(run)}
        self.assertEqual(met, {"node-verify": True, "node-verify-p99": False})

    def test_what_was_not_run_is_left_out(self):
        self.assertEqual(figures.rows_of({"apply": 1.0}), [])


class Page(unittest.TestCase):
    PAGE = "before\n" + report.BEGIN + report.NOTHING + report.END + "after\n"

    def test_written_once_stays(self):
        section = report.section_of(results(row("x", 0.5)))
        written = report.put_section(self.PAGE, section)
        self.assertEqual(report.put_section(written, section), written)
        self.assertIn("of x", written)
        self.assertIn("a CPU, 2 cores, Linux 6.1, ext4 on a disk; 1,000 entries (quick)", written)
        self.assertTrue(written.startswith("before\n") and written.endswith("after\n"))

    def test_a_figure_that_was_changed_is_found(self):
        section = report.section_of(results(row("x", 0.5)))
        changed = report.put_section(self.PAGE, section).replace("0.5", "0.9")
        self.assertNotEqual(report.put_section(changed, section), changed)

    def test_no_results_no_table(self):
        self.assertEqual(report.put_section(self.PAGE, report.section_of(None)), self.PAGE)

    def test_no_place_for_it(self):
        for page in ("", report.BEGIN, report.END + report.BEGIN, self.PAGE + self.PAGE):
            with self.assertRaises(ValueError):
                report.put_section(page, report.NOTHING)

    def test_results_are_not_changed(self):
        old, new = results(row("x", 0.5)), results(row("x", 0.4))
        kept = copy.deepcopy((old, new))
        report.judge(old, new)
        report.section_of(new)
        self.assertEqual((old, new), kept)


if __name__ == "__main__":
    unittest.main()
