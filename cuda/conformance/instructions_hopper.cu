/* instructions_hopper.cu -- the instructions of compute capability 9.0; for sm_90a alone. */
#include "conformance.h"

#if !defined(__CUDACC__) || defined(KBIT_SM90A)

#include "cluster.cuh"
#include "mbarrier.cuh"
#include "roles.cuh"
#include "tma.cuh"
#include "wgmma.cuh"

void conformance::add_hopper_instructions(List &list)
{
    add_mbarrier(list);
    add_tma(list);
    add_wgmma(list);
    add_roles(list);
    add_cluster(list);
}

#else /* this nvcc, or this configuration, has no sm_90a */

void conformance::add_hopper_instructions(List &) {}

#endif
