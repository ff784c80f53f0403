/* kbit_check.h -- what the unit tests of the reference share. Deterministic: every test starts from
 * the same seed, and failures print %a and encodings.
 */
#ifndef KBIT_TESTS_KBIT_CHECK_H
#define KBIT_TESTS_KBIT_CHECK_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "config.h"
#include "kbit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline uint32_t encoding(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float from_encoding(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Equal encodings; any NaN stands for any other. */
static inline bool same(float a, float b)
{
    return (isnan(a) && isnan(b)) || encoding(a) == encoding(b);
}

/* Like ck_assert_msg, which writes a mark to a file at every call and is too slow for inner loops.
 */
#define require(condition, ...)                                                                    \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg(__VA_ARGS__);                                                             \
    } while (0)

#define require_same(got, expected, ...)                                                           \
    do {                                                                                           \
        float got_ = (got), expected_ = (expected);                                                \
        if (!same(got_, expected_)) {                                                              \
            char at_[160];                                                                         \
            snprintf(at_, sizeof at_, __VA_ARGS__);                                                \
            ck_abort_msg("%s: got %a (%08x), expected %a (%08x)", at_, got_, encoding(got_),       \
                         expected_, encoding(expected_));                                          \
        }                                                                                          \
    } while (0)

/* The name of a status, since a bare number in a failure helps nobody. */
#define require_status(call, expected)                                                             \
    do {                                                                                           \
        kbit_status status_ = (call);                                                              \
        require(status_ == (expected), "%s: \"%s\", expected \"%s\"", #call,                       \
                kbit_status_string(status_), kbit_status_string(expected));                        \
    } while (0)

/* xorshift64*: independent of the project's own generator. */
static uint64_t random_state;

static inline uint64_t random_bits(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

static inline void random_start(void)
{
    random_state = UINT64_C(0x6b6269740000001); /* "kbit" */
}

static inline size_t random_below(size_t n)
{
    return (size_t)(random_bits() % n);
}

/* A finite fp16 value, every encoding alike: all magnitudes, subnormals, both zeros. */
static inline float random_f16(void)
{
    uint16_t bits;
    do
        bits = (uint16_t)random_bits();
    while ((bits & 0x7c00) == 0x7c00);
    return kbit_f16_to_f32((kbit_f16){bits});
}

static inline float random_bf16(void)
{
    uint16_t bits;
    do
        bits = (uint16_t)random_bits();
    while ((bits & 0x7f80) == 0x7f80);
    return kbit_bf16_to_f32((kbit_bf16){bits});
}

static inline float random_f32(void)
{
    uint32_t bits;
    do
        bits = (uint32_t)random_bits();
    while ((bits & 0x7f800000) == 0x7f800000);
    return from_encoding(bits);
}

/* An fp16 value of everyday size, below 8 in magnitude. */
static inline float random_small(void)
{
    return (float)((int)random_below(4095) - 2047) * 0x1p-8f;
}

/* An int8 code; the extremes come up often. */
static inline int8_t random_code(void)
{
    switch (random_below(8)) {
    case 0:
        return 127;
    case 1:
        return -127;
    case 2:
        return 0;
    default:
        return (int8_t)((int)random_below(255) - 127);
    }
}

/* Runs over all inputs take minutes and are asked for by KBIT_EXHAUSTIVE=1. */
static inline bool exhaustive(void)
{
    const char *asked = getenv("KBIT_EXHAUSTIVE");

    return asked != NULL && strcmp(asked, "1") == 0;
}

static inline int run_tests(const char *stem, TCase *tests)
{
    Suite *suite = suite_create(stem);

    if (exhaustive())
        tcase_set_timeout(tests, 3600);
    tcase_add_checked_fixture(tests, random_start, NULL);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#ifdef KBIT_SANITIZED
/* A failed malloc must return NULL under AddressSanitizer too: KBIT_ERR_MEMORY is tested. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}
#endif

#endif
