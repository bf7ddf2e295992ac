/* The queues of a link, token buckets, and log lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/base/logging.h"
#include "node/loop/base/rate.h"
#include "node/loop/base/tally.h"
#include "node/loop/link/sendq.h"

#include <stdlib.h>
#include <unistd.h>

static void put(struct avow_sendq *queue, enum avow_core_priority priority, const char *text,
                const struct avow_hash *about)
{
    assert_int_equal(avow_sendq_put(queue, priority, avow_bytes_text(text), about), AVOW_OK);
}

static void expect(struct avow_sendq *queue, const char *text)
{
    struct avow_bytes message;
    if (!avow_sendq_take(queue, &message))
        fail_msg("nothing where %s was expected", text);
    if (!avow_bytes_equal(message, avow_bytes_text(text)))
        fail_msg("%.*s where %s was expected", (int)message.len, (const char *)message.data, text);
}

static void test_priorities(void **state)
{
    struct avow_sendq queue;
    struct avow_bytes message;
    (void)state;
    avow_sendq_init(&queue);
    put(&queue, AVOW_CORE_BULK, "bulk 1", NULL);
    put(&queue, AVOW_CORE_ROUTINE, "routine", NULL);
    put(&queue, AVOW_CORE_BULK, "bulk 2", NULL);
    put(&queue, AVOW_CORE_CONTROL, "control", NULL);
    expect(&queue, "control");
    put(&queue, AVOW_CORE_URGENT, "urgent", NULL);
    expect(&queue, "urgent");
    expect(&queue, "routine");
    expect(&queue, "bulk 1");
    put(&queue, AVOW_CORE_ROUTINE, "routine 2", NULL);
    expect(&queue, "routine 2");
    expect(&queue, "bulk 2");
    assert_false(avow_sendq_take(&queue, &message));
    assert_int_equal(queue.bytes, 0);
    avow_sendq_fini(&queue);
}

static void test_about(void **state)
{
    struct avow_sendq queue;
    struct avow_hash one = {{1}}, two = {{2}};
    struct avow_bytes message;
    (void)state;
    avow_sendq_init(&queue);
    put(&queue, AVOW_CORE_ROUTINE, "one, old", &one);
    put(&queue, AVOW_CORE_ROUTINE, "two", &two);
    put(&queue, AVOW_CORE_ROUTINE, "one, newer and longer", &one);
    expect(&queue, "one, newer and longer");
    /* What was taken is gone: this one is not a replacement. */
    put(&queue, AVOW_CORE_ROUTINE, "one, newest", &one);
    expect(&queue, "two");
    expect(&queue, "one, newest");
    assert_false(avow_sendq_take(&queue, &message));
    assert_int_equal(queue.bytes, 0);
    avow_sendq_fini(&queue);
}

static void test_caps(void **state)
{
    (void)state;
    for (int priority = 0; priority < AVOW_SENDQ_PRIORITIES; priority++) {
        struct avow_sendq queue;
        static const uint8_t kilobyte[1024];
        struct avow_bytes message = avow_bytes(kilobyte, sizeof(kilobyte));
        enum avow_err err = AVOW_OK;
        size_t taken = 0;
        avow_sendq_init(&queue);
        while (err == AVOW_OK && taken < 4096) {
            err = avow_sendq_put(&queue, (enum avow_core_priority)priority, message, NULL);
            taken += err == AVOW_OK ? 1 : 0;
        }
        assert_int_equal(err, AVOW_ERR_TOO_LARGE);
        assert_true(taken * 1024 <= avow_sendq_cap((enum avow_core_priority)priority));
        assert_true(taken * 1100 >= avow_sendq_cap((enum avow_core_priority)priority));
        avow_sendq_fini(&queue);
    }
}

/* Small messages are counted for the room that they take. */
static void test_small_ones(void **state)
{
    struct avow_sendq queue;
    struct avow_bytes message;
    size_t taken = 0, room = avow_sendq_cap(AVOW_CORE_CONTROL) / AVOW_SENDQ_ITEM_BYTES;
    (void)state;
    avow_sendq_init(&queue);
    while (taken <= room &&
           avow_sendq_put(&queue, AVOW_CORE_CONTROL, avow_bytes_text("pong"), NULL) == AVOW_OK)
        taken++;
    assert_true(taken < room);
    while (avow_sendq_take(&queue, &message))
        taken--;
    assert_int_equal(taken, 0);
    assert_int_equal(queue.lanes[AVOW_CORE_CONTROL].items, 0);
    avow_sendq_fini(&queue);
}

static void test_rows(void **state)
{
    struct avow_sendq queue;
    struct avow_buf row;
    struct avow_bytes message;
    (void)state;
    avow_sendq_init(&queue);
    avow_buf_init(&row, 1000);
    for (unsigned i = 0; i < 3; i++) {
        size_t start = avow_sendq_row_begin(&row);
        avow_buf_printf(&row, "answer %u", i);
        avow_sendq_row_end(&row, start);
    }
    assert_int_equal(avow_sendq_put_row(&queue, AVOW_CORE_BULK, &row), AVOW_OK);
    assert_int_equal(row.len, 0);
    expect(&queue, "answer 0");
    put(&queue, AVOW_CORE_URGENT, "urgent", NULL);
    expect(&queue, "urgent");
    expect(&queue, "answer 1");
    expect(&queue, "answer 2");
    assert_false(avow_sendq_take(&queue, &message));
    avow_buf_fini(&row);
    avow_sendq_fini(&queue);
}

static void test_bucket(void **state)
{
    struct avow_bucket bucket = {0};
    struct avow_rate_limit limit = {.per_s = 2, .burst = 3};
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(avow_bucket_take(&bucket, &limit, 1000));
    assert_false(avow_bucket_take(&bucket, &limit, 1000));
    assert_false(avow_bucket_take(&bucket, &limit, 1499));
    assert_true(avow_bucket_take(&bucket, &limit, 1500));
    assert_false(
        avow_bucket_take(&bucket, &limit, 500)); /* a clock that steps back gives nothing */
    for (int i = 0; i < 3; i++)
        assert_true(avow_bucket_take(&bucket, &limit, UINT64_MAX));
    assert_false(avow_bucket_take(&bucket, &limit, UINT64_MAX));
}

static void test_rate(void **state)
{
    static const struct avow_rate_limits limits = {
        .overall = {.per_s = 1, .burst = 5},
        .each = {{.per_s = 1, .burst = 3}, {.per_s = 2, .burst = 4}, {.per_s = 3, .burst = 9}},
        .unseen = {.per_s = 1, .burst = 1},
    };
    /* Two addresses of one network, one of another network of the provider, strangers. */
    static const uint64_t one[] = {11, 1, 0}, near[] = {12, 1, 0}, other[] = {21, 2, 0},
                          far[] = {91, 9, 8}, farther[] = {81, 7, 7};
    static const struct {
        const uint64_t *who;
        uint64_t now_ms;
        bool taken;
    } rows[] = {
        {one, 0, true},      {one, 0, true},      {one, 0, true},
        {one, 0, false},     {near, 0, true},     {near, 0, false}, /* its network has no more */
        {other, 0, true},    {other, 0, false}, /* there is none overall, and it has been seen */
        {far, 0, true},                         /* but it has not */
        {farther, 0, false},                    /* for whom there is a bound, too */
        {one, 3000, true},   {other, 3000, true},
    };
    struct avow_rate *rate = malloc(sizeof(*rate));
    const uint8_t salt[16] = {7};
    (void)state;
    assert_non_null(rate);
    avow_rate_init(rate, &limits, salt);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (avow_rate_take(rate, rows[i].who, rows[i].now_ms) != rows[i].taken)
            fail_msg("row %zu", i);
    }
    assert_true(avow_rate_has(rate, one[0], 3000));
    avow_rate_charge(rate, one[0], 20);
    assert_false(avow_rate_has(rate, one[0], 3000));
    assert_false(avow_rate_take(rate, one, 3000));
    assert_true(avow_rate_take(rate, other, 3000));
    assert_true(avow_rate_has(rate, one[0], 4000));
    free(rate);
}

/* What comes from outside cannot end a line or a value, nor overflow it. */
static void test_log_line(void **state)
{
    int fds[2];
    char text[4096];
    struct avow_line line;
    (void)state;
    assert_int_equal(pipe(fds), 0);
    struct avow_logger logger = {.level = AVOW_LOG_INFO, .fd = fds[1]};
    avow_line_begin(&line, &logger, AVOW_LOG_INFO, "test");
    avow_line_word(&line, "agent", "a\" b=c\n\x1b[31m\xc2\x9b");
    avow_line_uint(&line, "n", 7);
    avow_line_end(&line);
    ssize_t len = read(fds[0], text, sizeof(text) - 1);
    assert_true(len > 0);
    text[len] = '\0';
    assert_non_null(strstr(text, " level=info event=test "
                                 "agent=\"a\\\" b=c\\x0a\\x1b[31m\\xc2\\x9b\" n=7\n"));
    assert_ptr_equal(strchr(text, '\n'), text + len - 1);

    avow_line_event(&logger, AVOW_LOG_DEBUG, "not-written", NULL, NULL);
    avow_line_begin(&line, &logger, AVOW_LOG_ERROR, "long");
    for (int i = 0; i < 100; i++)
        avow_line_word(&line, "word", "0123456789012345678901234567890123456789");
    avow_line_end(&line);
    len = read(fds[0], text, sizeof(text) - 1);
    assert_true(len > 1000 && len <= AVOW_LOG_LINE_MAX);
    assert_int_equal(text[len - 1], '\n');
    assert_int_equal(close(fds[0]), 0);
    assert_int_equal(close(fds[1]), 0);
}

/* Of what others can multiply a few lines are written, and one that sums up the rest. */
static void test_tally(void **state)
{
    static const struct {
        const char *event, *what;
        enum avow_log_level level;
        uint64_t now_ms;
        size_t times, shown;
    } rows[] = {
        {"link-down", "REJECT_LENGTH", AVOW_LOG_INFO, 1000, 359, 5},
        {"link-down", "REJECT_SIGNATURE", AVOW_LOG_INFO, 1500, 3, 3}, /* another kind */
        {"faulty", "ACCEPT", AVOW_LOG_WARN, 1500, 6, 5},
        {"link-down", "ACCEPT", AVOW_LOG_DEBUG, 1500, 7, 7}, /* which is not written anyway */
        {"link-down", "REJECT_LENGTH", AVOW_LOG_INFO, 10999, 64, 0},
        {"link-down", "REJECT_LENGTH", AVOW_LOG_INFO, 11000, 6, 5}, /* a new span: says the sum */
    };
    static const char *const sums[] = {"event=link-down what=REJECT_LENGTH more=418 seconds=10\n",
                                       "event=faulty what=ACCEPT more=1 seconds=10\n",
                                       "event=link-down what=REJECT_LENGTH more=1 seconds=1\n"};
    int fds[2];
    char text[4096];
    const char *at = text;
    (void)state;
    assert_int_equal(pipe(fds), 0);
    struct avow_logger logger = {.level = AVOW_LOG_INFO, .fd = fds[1]};
    struct avow_tally *tally = calloc(1, sizeof(*tally));
    assert_non_null(tally);
    tally->logger = &logger;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t shown = 0;
        for (size_t n = 0; n < rows[i].times; n++)
            shown +=
                avow_tally_shows(tally, rows[i].level, rows[i].event, rows[i].what, rows[i].now_ms)
                    ? 1
                    : 0;
        if (shown != rows[i].shown)
            fail_msg("row %zu: %zu", i, shown);
    }
    avow_tally_sum(tally, 11499, false); /* no span is over */
    avow_tally_sum(tally, 11500, false);
    avow_tally_sum(tally, 12000, true);
    avow_tally_sum(tally, 12000, true);
    ssize_t len = read(fds[0], text, sizeof(text) - 1);
    assert_true(len > 0);
    text[len] = '\0';
    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
        at = strstr(at, sums[i]);
        if (at == NULL)
            fail_msg("not said, or not in order: %s", sums[i]);
    }
    assert_int_equal(strlen(strchr(at, '\n')), 1); /* and nothing more */
    free(tally);
    assert_int_equal(close(fds[0]), 0);
    assert_int_equal(close(fds[1]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_priorities), cmocka_unit_test(test_about),
        cmocka_unit_test(test_caps),       cmocka_unit_test(test_rows),
        cmocka_unit_test(test_small_ones), cmocka_unit_test(test_bucket),
        cmocka_unit_test(test_rate),       cmocka_unit_test(test_log_line),
        cmocka_unit_test(test_tally),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
