/* t_kernels.cc -- correct kernels pass under every order, every timing of copies and every seed;
 * each planted bug is caught under one of the same settings, by a wrong result or by a message. */
#include "config.h"

#include "kernels.h"
#include "testing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <vector>

static const uint64_t seeds = 8; /* 1 to 8, of each setting */

struct Setting {
    simt::Order order;
    simt::Async async;
    uint64_t seed;
    int poison;
};

/* Order and timing by all pairs; with every seed where anything is random, else with two. */
static std::vector<Setting> all_settings()
{
    std::vector<Setting> settings;
    for (int order = 0; order < 4; order++)
        for (int async = 0; async < 3; async++)
            for (uint64_t seed = 1; seed <= seeds; seed++) {
                Setting s = {(simt::Order)order, (simt::Async)async, seed, seed % 2 ? 0x7b : -1};
                bool random = s.order == simt::Order::Random || s.order == simt::Order::Priority ||
                              s.async == simt::Async::Random;
                if (random || seed <= 2)
                    settings.push_back(s);
            }
    return settings;
}

/* ---- one run of a kernel on data of its own, judged against a plain loop ---- */

enum Outcome { RIGHT, WRONG, FAULT };

static Outcome run_gemm(Plant plant, int m, int n, int k)
{
    Data data((uint64_t)(m * 1000003 + n * 1009 + k));
    std::vector<int8_t> a((size_t)(m * k)), b((size_t)(n * k));
    for (int8_t &v : a)
        v = (int8_t)data.word();
    for (int8_t &v : b)
        v = (int8_t)data.word();
    std::vector<int> c((size_t)(m * n), 0x55555555);
    if (gemm_s8(plant, a.data(), b.data(), c.data(), m, n, k) != cudaSuccess)
        return FAULT;
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            int sum = 0;
            for (int l = 0; l < k; l++)
                sum += a[(size_t)(i * k + l)] * b[(size_t)(j * k + l)];
            if (c[(size_t)(i * n + j)] != sum)
                return WRONG;
        }
    return RIGHT;
}

static Outcome run_quantize(Plant plant, int rows, int columns)
{
    Data data((uint64_t)(rows * 1009 + columns));
    std::vector<__half> x((size_t)(rows * columns));
    for (__half &v : x)
        v = __half((float)(int)(data.word() % 20001 - 10000) * 0.001f);
    std::vector<int8_t> q(x.size());
    std::vector<float> absmax((size_t)rows);
    if (quantize_rows(plant, x.data(), q.data(), absmax.data(), rows, columns) != cudaSuccess)
        return FAULT;
    for (int i = 0; i < rows; i++) {
        const __half *row = x.data() + i * columns;
        float a = 0.0f;
        for (int k = 0; k < columns; k++)
            a = fmaxf(a, fabsf(row[k]));
        if (simt::float_bits(a) != simt::float_bits(absmax[(size_t)i]))
            return WRONG;
        float inverse = 127.0f / a;
        for (int k = 0; k < columns; k++)
            if (q[(size_t)(i * columns + k)] != (int8_t)nearbyintf(row[k] * inverse))
                return WRONG;
    }
    return RIGHT;
}

START_TEST(correct_kernels_pass_everywhere)
{
    for (const Setting &s : all_settings()) {
        choose(s.order, s.async, s.seed, s.poison);
        ck_assert_msg(run_gemm(NONE, 64, 40, 272) == RIGHT && run_quantize(NONE, 2, 300) == RIGHT,
                      "order %s, async %s, seed %lu: %s", order_name(s.order), async_name(s.async),
                      (unsigned long)s.seed, simt::fault_message());
    }
}
END_TEST

START_TEST(shapes_with_tails)
{
    static const int shape[][3] = {{1, 1, 16},     {128, 128, 64},  {129, 127, 80},
                                   {100, 72, 208}, {256, 200, 128}, {17, 300, 96}};
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    for (const auto &s : shape)
        ck_assert_int_eq(run_gemm(NONE, s[0], s[1], s[2]), RIGHT);
    ck_assert_int_eq(run_quantize(NONE, 1, 1), RIGHT);
    ck_assert_int_eq(run_quantize(NONE, 7, 1000), RIGHT);
}
END_TEST

/* Each bug is looked for under all settings. A bug that order priority with async random does not
 * reveal with any of its seeds would be a hole in the layer. */
static const struct Bug {
    Plant plant;
    const char *name;
    bool in_gemm;
    const char *message; /* part of the fault's message; null: the result is wrong */
} bugs[] = {
    {NO_BARRIER_BEFORE_READ, "no barrier between write and read", false, nullptr},
    {SLOT_NEVER_WRITTEN, "a slot is never written", false, nullptr},
    {DIVERGENT_BARRIER, "barrier in divergent code", false, "divergent barrier: "},
    {DIVERGED_SHUFFLE, "diverged shuffle", false, "meet in different operations: "},
    {READ_OUT_OF_BOUNDS, "read outside shared memory", false, nullptr},
    {WRITE_OUT_OF_BOUNDS, "write outside shared memory", false,
     "the block wrote outside its 32 bytes of shared memory, at offset 3"},
    {WAIT_ONE_TOO_FEW, "wait_group one too large", true, nullptr},
    {NO_BARRIER_AFTER_WAIT, "no barrier after the wait", true, nullptr},
    {NO_BARRIER_BEFORE_REFILL, "no barrier before the refill", true, nullptr},
};

#ifdef KBIT_SANITIZED
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

START_TEST(planted_bugs_are_caught)
{
    const Bug &bug = bugs[_i];
    int caught = 0, runs = 0, priority_caught = 0, priority_runs = 0;
    if (sanitized && (bug.plant == READ_OUT_OF_BOUNDS || bug.plant == WRITE_OUT_OF_BOUNDS))
        return; /* see sanitizers_stop_bad_accesses */
    for (const Setting &s : all_settings()) {
        choose(s.order, s.async, s.seed, s.poison);
        Outcome outcome =
            bug.in_gemm ? run_gemm(bug.plant, 64, 40, 272) : run_quantize(bug.plant, 2, 300);
        if (bug.message)
            ck_assert_msg(outcome == FAULT, "%s: no message", bug.name);
        runs++;
        caught += outcome != RIGHT;
        if (s.order == simt::Order::Priority && s.async == simt::Async::Random) {
            priority_runs++;
            priority_caught += outcome != RIGHT;
        }
        if (outcome == FAULT) {
            ck_assert_msg(bug.message != nullptr, "%s: an unexpected fault: %s", bug.name,
                          simt::fault_message());
            ck_assert_msg(strstr(simt::fault_message(), bug.message) != nullptr, "%s: %s", bug.name,
                          simt::fault_message());
        }
    }
    printf("# %-36s caught in %3d of %d runs, %d of %d with order priority and async random\n",
           bug.name, caught, runs, priority_caught, priority_runs);
    ck_assert_msg(priority_caught > 0, "%s: never caught by order priority, async random",
                  bug.name);
}
END_TEST

/* In a sanitized build the access itself ends the program, with status 1. */
START_TEST(sanitizers_stop_bad_accesses)
{
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    run_quantize(_i ? READ_OUT_OF_BOUNDS : WRITE_OUT_OF_BOUNDS, 2, 300);
}
END_TEST

/* The trace of a racy kernel under one setting is a fingerprint of its schedule. */
static std::vector<int> trace(simt::Order order, uint64_t seed)
{
    choose(order, simt::Async::Random, seed, -1);
    const int m = 128, n = 128, k = 256;
    std::vector<int8_t> a((size_t)(m * k), 1), b((size_t)(n * k), 1);
    std::vector<int> c((size_t)(m * n));
    gemm_s8(NO_BARRIER_AFTER_WAIT, a.data(), b.data(), c.data(), m, n, k);
    return c;
}

START_TEST(the_same_seed_is_the_same_run)
{
    int differ = 0;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        std::vector<int> first = trace(simt::Order::Priority, seed);
        ck_assert(first == trace(simt::Order::Priority, seed));
        differ += first != trace(simt::Order::Priority, seed + 100);
        ck_assert(trace(simt::Order::Random, seed) == trace(simt::Order::Random, seed));
    }
    ck_assert_int_gt(differ, 0);
}
END_TEST

/* Results do not depend on how many workers run the blocks. */
START_TEST(any_number_of_workers)
{
    for (unsigned workers = 1; workers <= 5; workers += 2) {
        choose(simt::Order::Priority, simt::Async::Random, 3);
        simt::Options o = simt::options();
        o.workers = workers;
        simt::set_options(o);
        ck_assert_int_eq(run_gemm(NONE, 300, 280, 64), RIGHT);
    }
}
END_TEST

int main()
{
    TCase *tests = tcase_create("kernels");
    tcase_add_test(tests, correct_kernels_pass_everywhere);
    tcase_add_test(tests, shapes_with_tails);
    tcase_add_loop_test(tests, planted_bugs_are_caught, 0, (int)(sizeof bugs / sizeof bugs[0]));
    if (sanitized)
        tcase_add_loop_exit_test(tests, sanitizers_stop_bad_accesses, 1, 0, 2);
    tcase_add_test(tests, the_same_seed_is_the_same_run);
    tcase_add_test(tests, any_number_of_workers);
    return run_suite("simt kernels", tests);
}
