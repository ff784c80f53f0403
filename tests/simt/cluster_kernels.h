/* cluster_kernels.h -- kernels for t_cluster.cc and t_race.cc: blocks of a cluster that share what they fetch. */
#ifndef KBIT_TESTS_SIMT_CLUSTER_KERNELS_H
#define KBIT_TESTS_SIMT_CLUSTER_KERNELS_H

#include "../../cuda/tensor_map.cuh"

/* Each is one mistake in share_rows(). */
enum ClusterBug {
    kNoBug,
    kReleasedInOwnBlockOnly, /* another block's copy may come while this one still reads */
    kNoBarrierBeforeTheEnd,  /* another block may still arrive or copy here */
    kNoBarrierAtTheStart,    /* another block may arrive or copy before the mbarriers are there */
    kMaskOfOneBlock,         /* the other blocks wait for bytes that never come */
    kEveryBlockTheFirstPart, /* two copies to one place, and none to another */
    kFewerBytesExpected,     /* only this block's own part is announced */
    kReleasedBeforeTheRead,  /* the arrival comes first */
    kClusterBugs
};

constexpr unsigned share_threads = 64, share_part = 2048; /* bytes a block fetches a step */

/* `steps` rows of boxes of the map (128 columns of bytes by 16 rows); a cluster of `cluster` blocks
 * fetches `cluster` boxes a step, one a block, for all of them, through two stages. out[block][32]:
 * the sums over steps of (1 + step) times the lane's bytes of all parts. */
cudaError_t share_rows(const CUtensorMap &map, unsigned cluster, unsigned clusters, int steps,
                       ClusterBug bug, unsigned *out);

/* Each thread says its block's rank in out[block][thread], or exits first if it is odd and exits is
 * set; the others meet at the cluster's barrier, and say how many threads of the whole cluster had
 * arrived before: counter[cluster number]. */
cudaError_t meet(unsigned cluster, unsigned clusters, bool exits, unsigned *counter, unsigned *out);

#endif
