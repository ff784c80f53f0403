/* t_race_cluster.cc -- the race runtime and clusters: what a copy of another block does to a stage that is
 * still read is named under every schedule; the right kernel passes in silence. */
#include "config.h"

#include "cluster_kernels.h"
#include "places.h"
#include "testing.h"

#include <vector>

constexpr int steps = 5;
constexpr unsigned cluster = 2, rows = 16 * cluster * steps;

static cudaError_t run(ClusterBug bug, unsigned order, unsigned async, uint64_t seed)
{
    static const simt::Async asyncs[] = {simt::Async::Issue, simt::Async::Late,
                                         simt::Async::Random};
    static unsigned char *matrix = nullptr;
    alignas(64) CUtensorMap map;
    if (!matrix)
        cudaMalloc(&matrix, rows * 128);
    memset(matrix, 1, rows * 128);
    ck_assert_int_eq(kbit::make_tensor_map(&map, CU_TENSOR_MAP_DATA_TYPE_UINT8, matrix, rows, 128,
                                           128, 16, 128, CU_TENSOR_MAP_SWIZZLE_NONE),
                     cudaSuccess);
    std::vector<unsigned> out(cluster * 32);
    choose((simt::Order)order, asyncs[async], seed);
    return share_rows(map, cluster, 1, steps, bug, out.data());
}

/* Two mistakes that are races. The copy or the read may be the later one; without the other block's
 * arrival a copy may also come upon the copy before. */
static const ClusterBug races[] = {kReleasedInOwnBlockOnly, kReleasedBeforeTheRead};

START_TEST(races_between_blocks_are_named)
{
    const std::string copy = "by a copy that completes on an mbarrier at " +
                             with_places("cluster_kernels.cu", "{multicast}");
    const std::string read = "of the block of rank " /* 0 or 1 */;
    const std::string place = with_places("cluster_kernels.cu", "{shared part}");
    for (unsigned order = 0; order < 4; order++)
        for (unsigned async = 0; async < 3; async++)
            for (uint64_t seed = 1; seed <= 2; seed++) {
                ck_assert_msg(run(kNoBug, order, async, seed) == cudaSuccess, "right, but %s",
                              simt::fault_message());
                ck_assert_int_eq(run(races[_i], order, async, seed), cudaErrorLaunchFailure);
                const std::string said = simt::fault_message();
                const bool read_and_copy = said.find(read) != std::string::npos &&
                                           said.find(place) != std::string::npos &&
                                           said.find(copy) != std::string::npos;
                const bool two_copies =
                    races[_i] == kReleasedInOwnBlockOnly && said.find(copy) != said.rfind(copy);
                ck_assert_msg(said.find("race: ") != std::string::npos &&
                                  (read_and_copy || two_copies),
                              "order %u, async %u, seed %lu: %s", order, async, (unsigned long)seed,
                              said.c_str());
            }
}
END_TEST

int main()
{
    TCase *tests = tcase_create("race cluster");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, races_between_blocks_are_named, 0, 2);
    return run_suite("races in clusters", tests);
}
