/* t_threads.c -- rows are split without gap or overlap, whatever pthread_create does. */
#include "threads.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned creations, creations_allowed;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument)
{
    if (creations == creations_allowed)
        return EAGAIN;
    creations++;
    return __real_pthread_create(thread, attributes, start, argument);
}

static void allow(unsigned n)
{
    creations = 0;
    creations_allowed = n;
}

#define MOST_ROWS 5000

typedef struct {
    unsigned char visits[MOST_ROWS]; /* of each row; ranges are disjoint, so no two threads share */
    size_t rows;
    unsigned calls, empty, outside; /* counted with atomics */
} visits;

static void visit(void *context, size_t first, size_t last)
{
    visits *v = context;
    __atomic_fetch_add(&v->calls, 1, __ATOMIC_RELAXED);
    if (first >= last)
        __atomic_fetch_add(&v->empty, 1, __ATOMIC_RELAXED);
    if (last > v->rows) {
        __atomic_fetch_add(&v->outside, 1, __ATOMIC_RELAXED);
        last = v->rows;
    }
    for (size_t i = first; i < last; i++)
        v->visits[i]++;
}

static void check_split(size_t rows, unsigned threads)
{
    visits v;
    memset(&v, 0, sizeof v);
    v.rows = rows;
    kbit_parallel_rows(rows, threads, visit, &v);
    for (size_t i = 0; i < rows; i++)
        ck_assert_msg(v.visits[i] == 1, "row %zu of %zu visited %u times by %u threads", i, rows,
                      v.visits[i], threads);
    ck_assert_uint_eq(v.outside, 0);
    ck_assert_uint_eq(v.empty, 0);
    ck_assert_uint_eq(v.calls, rows < threads ? (unsigned)rows : threads);
}

START_TEST(every_row_once)
{
    static const size_t rows[] = {0, 1, 2, 3, 7, 8, 64, 1000, 1023, 1025, MOST_ROWS};
    static const unsigned threads[] = {1, 2, 3, 5, 16, 1024};
    allow(1024);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
            check_split(rows[r], threads[t]);
}
END_TEST

START_TEST(threads_are_started)
{
    allow(1024);
    check_split(100, 4);
    ck_assert_uint_eq(creations, 3); /* the caller works too */
    allow(1024);
    check_split(100, 1);
    ck_assert_uint_eq(creations, 0);
}
END_TEST

START_TEST(a_thread_that_cannot_start_loses_no_row)
{
    for (unsigned allowed = 0; allowed < 8; allowed++) {
        allow(allowed);
        check_split(MOST_ROWS, 8);
        ck_assert_uint_eq(creations, allowed < 7 ? allowed : 7);
    }
}
END_TEST

START_TEST(zero_threads_means_the_default)
{
    visits v;
    memset(&v, 0, sizeof v);
    v.rows = 100;
    allow(1024);
    ck_assert_int_eq(setenv("KBIT_JOBS", "5", 1), 0);
    kbit_parallel_rows(100, 0, visit, &v);
    ck_assert_uint_eq(v.calls, 5);
    memset(&v, 0, sizeof v);
    v.rows = MOST_ROWS;
    kbit_parallel_rows(MOST_ROWS, 1u << 20, visit, &v);
    ck_assert_uint_eq(v.calls, 1024); /* the most there are */
}
END_TEST

START_TEST(jobs_are_validated)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    static const char *const refused[] = {"",   "0",  "-1", "1025", "4x",
                                          " 4", "+4", "x",  "0x4",  "99999999999999999999"};
    static const struct {
        const char *text;
        unsigned n;
    } taken[] = {{"1", 1}, {"2", 2}, {"007", 7}, {"1024", 1024}};
    ck_assert_int_ge(online, 1);
    unsetenv("KBIT_JOBS");
    ck_assert_uint_eq(kbit_threads(), (unsigned)online);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        setenv("KBIT_JOBS", refused[i], 1);
        ck_assert_msg(kbit_threads() == (unsigned)online, "KBIT_JOBS='%s' gave %u", refused[i],
                      kbit_threads());
    }
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        setenv("KBIT_JOBS", taken[i].text, 1);
        ck_assert_msg(kbit_threads() == taken[i].n, "KBIT_JOBS='%s' gave %u", taken[i].text,
                      kbit_threads());
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("threads");
    tcase_add_test(tests, every_row_once);
    tcase_add_test(tests, threads_are_started);
    tcase_add_test(tests, a_thread_that_cannot_start_loses_no_row);
    tcase_add_test(tests, zero_threads_means_the_default);
    tcase_add_test(tests, jobs_are_validated);
    Suite *suite = suite_create("threads");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
