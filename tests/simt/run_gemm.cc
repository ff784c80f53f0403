/* run_gemm.cc -- one int8 GEMM under the options of the environment; prints a checksum and the
 * time. run_gemm [M N K [REPEATS]] */
#include "kernels.h"

#include <chrono>
#include <stdio.h>
#include <stdlib.h>
#include <vector>

int main(int argc, char **argv)
{
    int m = argc > 3 ? atoi(argv[1]) : 64, n = argc > 3 ? atoi(argv[2]) : 64;
    int k = argc > 3 ? atoi(argv[3]) : 64, repeats = argc > 4 ? atoi(argv[4]) : 1;
    std::vector<int8_t> a((size_t)m * (size_t)k), b((size_t)n * (size_t)k);
    for (size_t i = 0; i < a.size(); i++)
        a[i] = (int8_t)(i * 37 % 251);
    for (size_t i = 0; i < b.size(); i++)
        b[i] = (int8_t)(i * 91 % 253);
    std::vector<int> c((size_t)m * (size_t)n);
    double best = 1e30;
    for (int r = 0; r < repeats; r++) {
        auto start = std::chrono::steady_clock::now();
        if (gemm_s8(NONE, a.data(), b.data(), c.data(), m, n, k) != cudaSuccess)
            return 1;
        std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        best = took.count() < best ? took.count() : best;
    }
    unsigned checksum = 0;
    for (int v : c)
        checksum = checksum * 31 + (unsigned)v;
    printf("%d x %d x %d: checksum %08x, best of %d %.4f s\n", m, n, k, checksum, repeats, best);
    return 0;
}
