/* grid.h -- what is measured: layers of OPT models and of the paper's Table 5, tokens, outlier columns,
 * how a call is made; and in which order, so that a run that its budget cuts off is a spread sample. */
#ifndef KBIT_CUDA_BENCH_GRID_H
#define KBIT_CUDA_BENCH_GRID_H

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <vector>

namespace bench
{

/* A linear layer, Y[M,N] = X[M,K] W[N,K]^T. */
struct Shape {
    std::string name; /* "6.7b.fc1" */
    size_t N, K;
};

enum class Mode { graph, eager };
enum class L2 { cold, warm };

struct Cell {
    Shape shape;
    size_t M, k; /* tokens, outlier columns */
    Mode mode;
    L2 l2;
    bool rungs; /* every rung of every ladder, too */
    int rank;   /* 0 first */

    std::string key() const; /* "6.7b.fc1 M=16 k=8 graph cold" */
};

/* The grids that --grid names: "opt", "targets", "table5", "ladders" or "all" of them; "tiny" for tests of
 * this program, "bits" for --bits. False where there is none of that name. */
bool make_grid(const std::string &name, std::vector<Cell> *cells);

/* "opt: 16 shapes ..., N cells", a line a grid. */
std::string describe_grids();

/* By rank, and within a rank in an order that has no system: a hash of the key. */
void put_in_order(std::vector<Cell> *cells);

} // namespace bench

#endif
