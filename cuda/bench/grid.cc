/* grid.cc -- which cells, in which order. */
#include "grid.h"

#include <algorithm>
#include <set>

#include "kbit_data.h"

namespace bench
{

std::string Cell::key() const
{
    return shape.name + " M=" + std::to_string(M) + " k=" + std::to_string(k) +
           (mode == Mode::graph ? " graph" : " eager") + (l2 == L2::cold ? " cold" : " warm") +
           (rungs ? " rungs" : "");
}

namespace
{

/* OPT: hidden size d; qkv fused is 3d x d, o d x d, fc1 4d x d, fc2 d x 4d. */
std::vector<Shape> opt_shapes()
{
    static const struct {
        const char *model;
        size_t hidden;
    } MODELS[] = {{"6.7b", 4096}, {"13b", 5120}, {"66b", 9216}, {"175b", 12288}};
    std::vector<Shape> shapes;
    for (const auto &m : MODELS) {
        const std::string model = m.model;
        shapes.push_back({model + ".qkv", 3 * m.hidden, m.hidden});
        shapes.push_back({model + ".o", m.hidden, m.hidden});
        shapes.push_back({model + ".fc1", 4 * m.hidden, m.hidden});
        shapes.push_back({model + ".fc2", m.hidden, 4 * m.hidden});
    }
    return shapes;
}

/* Every M in 1..80, where the edges of tiles are, then powers of two. */
std::vector<size_t> all_tokens()
{
    std::vector<size_t> tokens;
    for (size_t M = 1; M <= 80; ++M)
        tokens.push_back(M);
    for (size_t M = 128; M <= 4096; M *= 2)
        tokens.push_back(M);
    return tokens;
}

const size_t OUTLIERS[] = {0, 1, 8, 64, 512};

template <class T> bool is_in(T value, std::initializer_list<T> list)
{
    return std::find(list.begin(), list.end(), value) != list.end();
}

/* 0: a coarse grid of all shapes. 1, 2: the other two grids. 3: cost against k. 4: more M. 5: how a
 * call is made. 6: every M of two shapes. 7: the rest. */
int rank_of(const Shape &shape, size_t M, size_t k, Mode mode, L2 l2)
{
    const bool plain = mode == Mode::graph && l2 == L2::cold;
    const bool coarse = is_in<size_t>(M, {1, 16, 128, 512, 4096});
    if (plain && k == 8 && coarse)
        return 0;
    if (plain && coarse)
        return 3;
    if (plain && k == 8 && is_in<size_t>(M, {4, 8, 32, 64, 256, 1024, 2048}))
        return 4;
    if (k == 8 && coarse)
        return 5;
    if (plain && k == 8 && (shape.name == "6.7b.o" || shape.name == "6.7b.fc1"))
        return 6;
    return 7;
}

void add_opt(std::vector<Cell> *cells)
{
    for (const Shape &shape : opt_shapes())
        for (size_t M : all_tokens())
            for (size_t k : OUTLIERS)
                for (Mode mode : {Mode::graph, Mode::eager})
                    for (L2 l2 : {L2::cold, L2::warm})
                        cells->push_back(
                            {shape, M, k, mode, l2, false, rank_of(shape, M, k, mode, l2)});
}

/* The first layer of the feed-forward network, hidden to 4 hidden; the paper does not say for how
 * many tokens. */
void add_table5(std::vector<Cell> *cells)
{
    for (size_t d : {768, 1024, 1536, 2048, 2560, 4096, 5140, 12288})
        for (size_t M : {2048, 32})
            cells->push_back({{"table5." + std::to_string(d), 4 * d, d},
                              M,
                              8,
                              Mode::graph,
                              L2::cold,
                              false,
                              M == 2048 ? 2 : 4});
}

/* What README.md's targets ask for beside those: 16 columns, one group of the tensor cores, and a
 * square product that fills the device. */
void add_targets(std::vector<Cell> *cells)
{
    for (const Shape &shape : opt_shapes())
        for (size_t M : {1, 16, 128, 512, 4096})
            cells->push_back({shape, M, 16, Mode::graph, L2::cold, false, 3});
    cells->push_back({{"square.8192", 8192, 8192}, 8192, 0, Mode::graph, L2::cold, false, 1});
}

/* Where ladders.md has predictions. */
void add_ladders(std::vector<Cell> *cells)
{
    for (size_t M : {1, 8, 64, 128, 512, 4096})
        cells->push_back({{"6.7b.o", 4096, 4096}, M, 8, Mode::graph, L2::cold, true, 1});
}

void add_tiny(std::vector<Cell> *cells)
{
    for (const Shape &shape : {Shape{"tiny.a", 48, 64}, Shape{"tiny.b", 32, 96}})
        for (size_t M : {1, 5, 20})
            for (size_t k : {0, 3})
                for (Mode mode : {Mode::graph, Mode::eager})
                    cells->push_back({shape, M, k, mode, mode == Mode::graph ? L2::cold : L2::warm,
                                      false, M == 5 ? 0 : 1});
    cells->push_back({{"tiny.a", 48, 64}, 5, 3, Mode::graph, L2::cold, true, 2});
}

/* Small shapes on which every kernel is used, with tiles that are not full. */
void add_bits(std::vector<Cell> *cells)
{
    for (const Shape &shape :
         {Shape{"bits.a", 160, 272}, Shape{"bits.b", 72, 1040}, Shape{"bits.c", 33, 85}})
        for (size_t M : {1, 7, 16, 33, 70})
            for (size_t k : {0, 3, 17})
                cells->push_back({shape, M, k, Mode::eager, L2::warm, true, 0});
}

struct Grid {
    const char *name, *what;
    void (*add)(std::vector<Cell> *);
};
const Grid GRIDS[] = {
    {"opt", "OPT-6.7B, 13B, 66B, 175B: qkv, o, fc1, fc2; M 1..80, 128..4096; k 0, 1, 8, 64, 512",
     add_opt},
    {"targets", "OPT layers with k 16; a product of 8192 x 8192 x 8192", add_targets},
    {"table5", "first feed-forward layer, hidden 768..12288, as the paper's Table 5", add_table5},
    {"ladders", "every rung of every ladder, 4096 x 4096", add_ladders},
    {"bits", "every rung at small shapes, for --bits", add_bits},
    {"tiny", "a few outputs, for tests of this program", add_tiny},
};

} // namespace

bool make_grid(const std::string &name, std::vector<Cell> *cells)
{
    bool found = false;
    for (const Grid &grid : GRIDS)
        if (name == grid.name || (name == "all" && grid.add != add_tiny && grid.add != add_bits)) {
            grid.add(cells);
            found = true;
        }
    return found;
}

std::string describe_grids()
{
    std::string text;
    for (const Grid &grid : GRIDS) {
        std::vector<Cell> cells;
        grid.add(&cells);
        text += "  " + std::string(grid.name) +
                std::string(9 - std::string(grid.name).size(), ' ') + grid.what + "; " +
                std::to_string(cells.size()) + " cells\n";
    }
    return text;
}

void put_in_order(std::vector<Cell> *cells)
{
    auto number = [](const Cell &cell) {
        uint64_t h = 0;
        for (char c : cell.key())
            h = kbit_hash(h, 0, static_cast<unsigned char>(c));
        return h;
    };
    std::stable_sort(cells->begin(), cells->end(), [&](const Cell &a, const Cell &b) {
        return a.rank != b.rank ? a.rank < b.rank : number(a) < number(b);
    });
}

} // namespace bench
