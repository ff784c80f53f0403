/* t_race_hopper.cc -- mistakes with Hopper's units and with kernels that overlap: each is named with
 * its places, under every schedule; right kernels pass in silence. */
#include "config.h"

#include "places.h"
#include "race_hopper.h"
#include "testing.h"

static unsigned char *tiles;
static int *words;

static cudaError_t run(Mistake mistake, int kernel)
{
    switch (kernel) {
    case 0:
        return run_ring(mistake, tiles, words);
    case 1:
        return run_gather(mistake, words);
    case 2:
        return run_store(mistake, words);
    default:
        return run_overlapping(mistake, words);
    }
}

/* Each message that may come, between bars: which of two accesses the runtime sees first is the
 * schedule's. */
static const struct {
    const char *name;
    Mistake mistake;
    int kernel;
    const char *messages;
} planted[] = {
    {"the mbarrier of a full stage is not waited for", Mistake::FullNotWaitedFor, 0,
     "read at {product}, and never written in this block|"
     "read by a product of warpgroup 0 at {product}, after being written by a copy that completes "
     "on an mbarrier at {copy a}, and nothing orders the two|"
     "after being read by a product of warpgroup 0 at {product}, and nothing orders the two"},
    {"the wait is for the other parity", Mistake::WrongParity, 0,
     "deadlock: no thread of the block can go on|"
     "read at {product}, and never written in this block|"
     "read by a product of warpgroup 0 at {product}, after being written by a copy that completes "
     "on an mbarrier at {copy a}, and nothing orders the two|"
     "after being read by a product of warpgroup 0 at {product}, and nothing orders the two"},
    {"an empty stage is not waited for", Mistake::EmptyNotWaitedFor, 0,
     "written by a copy that completes on an mbarrier at {copy a}, after being|"
     "more than the 1 arrivals"},
    {"a stage is released before its product is waited for", Mistake::ReleasedEarly, 0,
     "written by a copy that completes on an mbarrier at {copy a}, after being read by a product "
     "of warpgroup 0 at {product}, and nothing orders the two"},
    {"fewer bytes announced than come", Mistake::TooFewBytes, 0,
     "cp.async.bulk load: 16 bytes more than expected"},
    {"more bytes announced than come", Mistake::TooManyBytes, 0,
     "0 of 1 arrivals and 16 bytes are missing"},
    {"accumulators are read before the wait", Mistake::ProductNotWaitedFor, 0,
     "at {early}, while the product at {product} may still change them, and no wgmma.wait_group "
     "comes between the two"},
    {"an operand is overwritten while the product runs", Mistake::OperandOverwritten, 0,
     "at {overwrite}, after being read by a product of warpgroup 0 at {product}, and nothing "
     "orders the two"},
    {"a product reads what was never written", Mistake::StageHalfFilled, 0,
     "uninitialised: 16 bytes of shared memory at offset 4224 read at {product}, and never "
     "written in this block"},
    {"mbarriers are not shown to the engine", Mistake::BarrierNotShown, 0,
     "no fence has shown the initialisation"},
    {"no proxy fence after ordinary stores", Mistake::NoProxyFence, 1,
     "read by a product of warpgroup 0 at {gathered product}, after being written by thread 128 "
     "at {gather}, and no fence.proxy.async comes between the two"},
    {"a proxy fence before the stores", Mistake::FencedTooEarly, 1,
     "read by a product of warpgroup 0 at {gathered product}, after being written by thread 128 "
     "at {gather}, and no fence.proxy.async comes between the two"},
    {"no named barrier among the gathering warps", Mistake::NoNamedBarrier, 1,
     "at {take}, after being written by thread|at {gather}, after being read by thread|"
     "read at {take}, and never written in this block"},
    {"a bulk store of what was never written", Mistake::StoredUnwritten, 2,
     "uninitialised: 128 bytes of shared memory at offset 0 read at {store}, and never written in "
     "this block"},
    {"a bulk store of what no fence has shown", Mistake::StoredWithoutFence, 2,
     "read by a copy that thread 0 started at {store}, after being written by thread 0 at {fill}, "
     "and no fence.proxy.async comes between the two"},
    {"the source of a bulk store is overwritten", Mistake::SourceOverwritten, 2,
     "written by thread 0 at {spoil}, after being read by a copy that thread 0 started at "
     "{store}, and nothing orders the two"},
    {"a bulk store is never waited for", Mistake::StoreNotWaitedFor, 2,
     "bulk stores that it never waited for"},
    {"a kernel reads before it has waited for the one before", Mistake::ReadBeforeWait, 3,
     "read by thread {0} at {read early}, after being written by a kernel before at {made}, and "
     "nothing orders the two"},
    {"a kernel writes before it has waited for the one before", Mistake::WrittenBeforeWait, 3,
     "written by thread {0} at {written early}, after being read by a kernel before at {made}, "
     "and nothing orders the two"},
    {"a kernel never waits for the one before", Mistake::NeverWaited, 3,
     "the thread exits without having waited for the kernel before (griddepcontrol.wait)|"
     /* before that, it writes where nothing of the other kernel is: no race */},
};
static const int mistakes = sizeof planted / sizeof *planted;

/* Any thread may be first. */
static std::string without_thread(std::string text)
{
    for (size_t at = 0; (at = text.find("by thread ", at)) != std::string::npos; at += 10)
        while (at + 10 < text.size() && text[at + 10] >= '0' && text[at + 10] <= '9')
            text.erase(at + 10, 1);
    return text;
}

static bool is_named(const char *message, std::string expected)
{
    for (size_t at; (at = expected.find("{0}")) != std::string::npos;)
        expected.erase(at, 3);
    expected = with_places("race_hopper.cu", expected) + "|";
    const std::string said = without_thread(message);
    for (size_t start = 0, bar; (bar = expected.find('|', start)) != std::string::npos;
         start = bar + 1)
        if (bar > start &&
            said.find(without_thread(expected.substr(start, bar - start))) != std::string::npos)
            return true;
    return false;
}

START_TEST(mistakes_are_named)
{
    const auto &p = planted[_i];
    static const simt::Async asyncs[] = {simt::Async::Issue, simt::Async::Late,
                                         simt::Async::Random};
    for (int order = 0; order < 4; order++)
        for (simt::Async async : asyncs)
            for (uint64_t seed = 1; seed <= 2; seed++) {
                choose((simt::Order)order, async, seed);
                ck_assert_msg(run(Mistake::None, p.kernel) == cudaSuccess, "%s: right, but %s",
                              p.name, simt::fault_message());
                ck_assert_msg(run(p.mistake, p.kernel) == cudaErrorLaunchFailure,
                              "%s: not caught in order %s, %s, seed %lu", p.name,
                              order_name((simt::Order)order), async_name(async),
                              (unsigned long)seed);
                ck_assert_msg(is_named(simt::fault_message(), p.messages), "%s: %s", p.name,
                              simt::fault_message());
                ck_assert_msg(strstr(simt::fault_message(), "race_hopper.cu:") ||
                                  p.mistake == Mistake::NeverWaited ||
                                  p.mistake == Mistake::StoreNotWaitedFor,
                              "%s: no place in %s", p.name, simt::fault_message());
            }
}
END_TEST

/* A copy or a memset between two kernels orders them, as on a GPU: only kernels overlap. */
START_TEST(only_kernels_overlap)
{
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    ck_assert_int_eq(run_overlapping(Mistake::None, words), cudaSuccess);
    ck_assert_int_eq(cudaMemset(words, 0, 16), cudaSuccess);
    ck_assert_int_eq(run_overlapping_alone(Mistake::ReadBeforeWait, words), cudaSuccess);
}
END_TEST

int main()
{
    if (cudaMalloc(&tiles, ring_steps * ring_tile_bytes) != cudaSuccess ||
        cudaMalloc(&words, 1024 * sizeof *words) != cudaSuccess)
        return EXIT_FAILURE;
    Data data(5);
    for (int i = 0; i < ring_steps * ring_tile_bytes; i++)
        tiles[i] = (unsigned char)data.word();
    for (int i = 0; i < 1024; i++)
        words[i] = i;
    TCase *tests = tcase_create("race hopper");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, mistakes_are_named, 0, mistakes);
    tcase_add_test(tests, only_kernels_overlap);
    return run_suite("races of Hopper's units", tests);
}
