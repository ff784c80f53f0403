/* t_race.cc -- the race runtime names each planted race with both places, says nothing of the kernels
 * that are right, and counts bank conflicts and sectors. */
#include "config.h"

#include "kernels.h"
#include "places.h"
#include "race_kernels.h"
#include "testing.h"

#include <stdio.h>
#include <string.h>
#include <string>
#include <vector>

static std::string place(const char *name)
{
    return place_in("race_kernels.cu", name);
}

static int partial[5], sum, flag;
static unsigned counter;

static cudaError_t run(int which, bool broken)
{
    switch (which) {
    case 0:
        return exchange_in_warp(broken);
    case 1:
        return reuse_buffer(broken);
    case 2:
        return read_all_slots(broken);
    case 3:
        return copy_and_read(broken);
    case 4:
        return sum_by_last_block(partial, &counter, &sum, broken);
    case 5:
        return count(&counter, broken);
    default:
        return mark(&flag, broken);
    }
}

/* In the order reverse: the last thread first. "{name}" stands for a place. */
static const char *const messages[] = {
    "race: 4 bytes of shared memory at offset 4 read by thread 0 at {take}, after being written by "
    "thread 1 at {pass}, and nothing orders the two",
    "race: 4 bytes of shared memory at offset 0 written by thread 0 at {refill}, after being read "
    "by "
    "thread 1 at {use}, and nothing orders the two",
    "uninitialised: 4 bytes of shared memory at offset 8 read at {sum}, and never written in this "
    "block",
    "race: 4 bytes of shared memory at offset 0 read by thread 0 at {early}, after being written "
    "by "
    "a copy that thread 0 started at {copy}, and nothing orders the two",
    "race: 4 bytes of global memory read by thread 0 at {total}, after being written by another "
    "block at {partial}, and nothing orders the two",
    "race: 4 bytes of global memory read by thread 40 at {plain}, after being updated atomically "
    "by "
    "thread 41 at {add}, and nothing orders the two",
    "race: 4 bytes of global memory written by thread 0 at {mark}, after being written by another "
    "block at {mark}, and nothing orders the two",
};
static const int kernels = sizeof messages / sizeof *messages;

START_TEST(right_kernels_are_silent)
{
    for (int order = 0; order < 4; order++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            choose((simt::Order)order, simt::Async::Random, seed);
            ck_assert_msg(run(_i, false) == cudaSuccess, "order %s, seed %lu: %s",
                          order_name((simt::Order)order), (unsigned long)seed,
                          simt::fault_message());
        }
}
END_TEST

START_TEST(races_are_named)
{
    choose(simt::Order::Reverse, simt::Async::Issue, 1);
    ck_assert_int_eq(run(_i, true), cudaErrorLaunchFailure);
    std::string expected = with_places("race_kernels.cu", messages[_i]);
    if (_i == 1) /* of the readers, the message names one */
        expected.erase(expected.find("thread 1 at"));
    ck_assert_msg(strstr(simt::fault_message(), expected.c_str()) != nullptr, "%s, not %s",
                  simt::fault_message(), expected.c_str());
}
END_TEST

/* What a schedule alone may hide: any single run shows the race. */
START_TEST(every_schedule_shows_the_race)
{
    for (int order = 0; order < 4; order++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            choose((simt::Order)order, simt::Async::Issue, seed);
            ck_assert_msg(run(_i, true) == cudaErrorLaunchFailure, "order %s, seed %lu",
                          order_name((simt::Order)order), (unsigned long)seed);
        }
}
END_TEST

/* The kernels that t_kernels.cc runs under many schedules: here one is enough. */
static const struct {
    Plant plant;
    bool in_gemm;
    const char *message;
} planted[] = {
    {NO_BARRIER_BEFORE_READ, false, "uninitialised: "}, /* of what is still to be written */
    {SLOT_NEVER_WRITTEN, false, "uninitialised: "},
    {WAIT_ONE_TOO_FEW, true, "after being written by a copy that thread "},
    {NO_BARRIER_AFTER_WAIT, true, "uninitialised: "},
    {NO_BARRIER_BEFORE_REFILL, true, "written by a copy that thread "},
};

static cudaError_t run_planted(Plant plant, bool in_gemm)
{
    alignas(16) static int8_t a[64 * 272], b[40 * 272];
    static int c[64 * 40];
    static __half x[2 * 300];
    static int8_t q[2 * 300];
    static float absmax[2];
    return in_gemm ? gemm_s8(plant, a, b, c, 64, 40, 272)
                   : quantize_rows(plant, x, q, absmax, 2, 300);
}

START_TEST(kernels_of_the_layer)
{
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    ck_assert_msg(run_planted(NONE, planted[_i].in_gemm) == cudaSuccess, "%s",
                  simt::fault_message());
    ck_assert_int_eq(run_planted(planted[_i].plant, planted[_i].in_gemm), cudaErrorLaunchFailure);
    ck_assert_msg(strstr(simt::fault_message(), planted[_i].message) != nullptr, "%s",
                  simt::fault_message());
}
END_TEST

/* The line of KBIT_SIMT_TRAFFIC's table for a place. */
static std::string row_of(const char *path, const char *name, const char *memory)
{
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != nullptr, "cannot read %s", path);
    char line[256];
    std::string wanted = place(name), found;
    while (fgets(line, sizeof line, file))
        if (strncmp(line, wanted.c_str(), wanted.size()) == 0 && strstr(line, memory))
            found = line + wanted.size();
    fclose(file);
    return found;
}

static void assert_row(const char *path, const char *name, const char *memory, double each,
                       double fewest)
{
    unsigned long long times;
    double got_each, got_fewest;
    char kind[16];
    std::string row = row_of(path, name, memory);
    ck_assert_msg(sscanf(row.c_str(), "%15s %llu %lf %lf", kind, &times, &got_each, &got_fewest) ==
                      4,
                  "%s of %s: '%s'", memory, name, row.c_str());
    ck_assert_msg(times == 32 && got_each == each && got_fewest == fewest, "%s", row.c_str());
}

/* 32 warps, an instruction each: a column of the tile without padding lies in one bank. Runs in a
 * process of its own, whose counts start at zero. */
START_TEST(traffic_is_counted)
{
    const char *path = getenv("KBIT_SIMT_TRAFFIC");
    static float in[1024], out[1024];
    const bool padded = getenv("RACE_TEST_PADDED") != nullptr;
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    ck_assert_int_eq(transpose(in, out, padded), cudaSuccess);
    assert_row(path, "load", "shared", 1, 1);
    assert_row(path, "turn", "shared", padded ? 1 : 32, 1);
    assert_row(path, "turn", "global", 4, 4);
}
END_TEST

int main()
{
    TCase *tests = tcase_create("race");
    if (getenv("KBIT_SIMT_TRAFFIC")) {
        tcase_add_test(tests, traffic_is_counted);
    } else {
        tcase_add_loop_test(tests, right_kernels_are_silent, 0, kernels);
        tcase_add_loop_test(tests, races_are_named, 0, kernels);
        tcase_add_loop_test(tests, every_schedule_shows_the_race, 0, kernels);
        tcase_add_loop_test(tests, kernels_of_the_layer, 0,
                            (int)(sizeof planted / sizeof *planted));
    }
    return run_suite("race", tests);
}
