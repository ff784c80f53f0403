/* gen_stream.c -- the inputs of a layer as files, in blocks of rows. */
#include "gen_stream.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "threads.h"

#define AT_ONCE 4 /* rows that a thread makes, rounds and quantizes together */

typedef struct {
    const kbit_case *of;
    kbit_case_rows *make;
    uint64_t seed;
    float *w_absmax, *bias; /* [N] */
    /* The block in hand. */
    char matrix;
    bool codes; /* rows of W as int8 codes, and their statistics */
    size_t first;
    char *rows;
    atomic_int status;
} generator;

/* Rows [from, to) of the block. */
static void make_rows(void *context, size_t from, size_t to)
{
    generator *g = context;
    const size_t K = g->of->K;
    const size_t row_bytes = g->codes ? K : K * kbit_dtype_size(g->of->x_type);
    float *values = malloc(AT_ONCE * K * sizeof *values);
    kbit_status status = values ? KBIT_OK : KBIT_ERR_MEMORY;
    for (size_t i = from; i < to && status == KBIT_OK; i += AT_ONCE) {
        const size_t n = to - i < AT_ONCE ? to - i : AT_ONCE;
        char *rows = g->rows + i * row_bytes;
        g->make(g->of, g->seed, g->matrix, g->first + i, n, values);
        if (g->codes) {
            float *absmax = g->w_absmax + g->first + i;
            status = kbit_absmax_rows(n, K, values, 0, NULL, KBIT_THRESHOLD_OFF, absmax);
            if (status == KBIT_OK)
                status = kbit_quantize_rows(n, K, values, absmax, 0, NULL, KBIT_THRESHOLD_OFF,
                                            (int8_t *)rows);
        } else {
            status = kbit_round(n * K, values, g->of->x_type, rows);
        }
    }
    free(values);
    if (status != KBIT_OK)
        atomic_store(&g->status, status);
}

static kbit_status make_block(generator *g, char matrix, bool codes, size_t first, size_t n,
                              void *rows, kbit_error *error)
{
    g->matrix = matrix;
    g->codes = codes;
    g->first = first;
    g->rows = rows;
    kbit_parallel_rows(n, n * g->of->K < 65536 ? 1 : 0, make_rows, g);
    kbit_status status = (kbit_status)atomic_load(&g->status);
    if (status != KBIT_OK)
        return kbit_fail(error, status, "case %s: %s", g->of->name, kbit_status_string(status));
    return KBIT_OK;
}

static kbit_status activations(void *context, size_t first, size_t n, void *rows, kbit_error *error)
{
    return make_block(context, 'x', false, first, n, rows, error);
}

static kbit_status weights(void *context, size_t first, size_t n, void *rows, kbit_error *error)
{
    return make_block(context, 'w', false, first, n, rows, error);
}

static kbit_status codes(void *context, size_t first, size_t n, void *rows, kbit_error *error)
{
    return make_block(context, 'w', true, first, n, rows, error);
}

/* The steps' inputs that rows of X and W suffice for. */
static const struct {
    const char *name;
    kbit_npy_rows *make; /* NULL: a vector that is held */
} MADE[] = {{"x", activations}, {"w16", weights}, {"w", codes}, {"w_absmax", NULL}, {"bias", NULL}};
#define N_MADE (sizeof MADE / sizeof *MADE)

static kbit_npy_rows *const *maker_of(const char *name)
{
    for (size_t m = 0; m < N_MADE; m++)
        if (strcmp(MADE[m].name, name) == 0)
            return &MADE[m].make;
    return NULL;
}

bool kbit_gen_can_stream(const kbit_case *of, const kbit_step *step)
{
    bool can = kbit_case_row_maker(of) != NULL;
    for (size_t i = 0; i < step->n_in && can; i++)
        can = maker_of(step->in[i].name) != NULL;
    return can;
}

/* Files are written in the order of the inputs: w before w_absmax, which making it fills. */
kbit_status kbit_gen_stream(const kbit_step *step, const kbit_case *of, uint64_t seed,
                            const char *folder, kbit_error *error)
{
    generator g = {.of = of,
                   .make = kbit_case_row_maker(of),
                   .seed = seed,
                   .w_absmax = calloc(of->N + 1, sizeof *g.w_absmax),
                   .bias = calloc(of->N + 1, sizeof *g.bias)};
    kbit_problem p = {.of = of,
                      .seed = seed,
                      .M = of->M,
                      .N = of->N,
                      .K = of->K,
                      .x_type = of->x_type,
                      .out_type = of->out_type,
                      .threshold = of->threshold,
                      .w_absmax = g.w_absmax,
                      .bias = g.bias};
    kbit_status status = KBIT_OK;
    atomic_init(&g.status, KBIT_OK);
    if (!g.w_absmax || !g.bias)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "case %s: out of memory", of->name);
    if (status == KBIT_OK) {
        kbit_manifest m = kbit_gen_manifest(step, &p);
        for (size_t i = 0; i < m.n_inputs; i++) {
            m.inputs[i].make = *maker_of(m.inputs[i].name);
            m.inputs[i].context = &g;
        }
        status = kbit_manifest_write(folder, &m, error);
    }
    free(g.w_absmax);
    free(g.bias);
    return status;
}
