/* problem.c -- the tensors of one case, and what the steps see of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "linear.h"
#include "produced.h"
#include "product.h"

static void *room(size_t a, size_t b, size_t size)
{
    size_t n;
    if (__builtin_mul_overflow(a, b, &n) || __builtin_mul_overflow(n, size, &n))
        return NULL;
    return calloc(n ? n : 1, 1);
}

void kbit_problem_free(kbit_problem *p)
{
    free(p->x);
    free(p->w16);
    free(p->w_absmax);
    free(p->bias);
    free(p->absmax);
    free(p->d);
    free(p->y);
    free(p->w);
    free(p->q);
    free(p->outliers);
    free(p->c);
    free(p->x_typed);
    free(p->w16_typed);
    free(p->gamma);
    free(p->beta);
    free(p->gamma_typed);
    free(p->beta_typed);
    memset(p, 0, sizeof *p);
}

static bool asks_product_alone(const kbit_case *of)
{
    return of->only && strcmp(of->only, kbit_step_int8_matmul.stem) == 0;
}

static bool asks_layers(const kbit_case *of)
{
    return of->only && strcmp(of->only, KBIT_LAYERS) == 0;
}

static bool asks_producers(const kbit_case *of)
{
    const kbit_step *step = of->only ? kbit_step_find(of->only) : NULL;
    return of->only &&
           (strcmp(of->only, KBIT_PRODUCERS) == 0 || strcmp(of->only, KBIT_ACTIVATIONS) == 0 ||
            strcmp(of->only, KBIT_NORMALIZATIONS) == 0 || (step && step->group));
}

static kbit_status allocate(const kbit_case *of, uint64_t seed, kbit_problem *p, kbit_error *error)
{
    memset(p, 0, sizeof *p);
    p->of = of;
    p->seed = seed;
    p->M = of->M;
    p->N = of->N;
    p->K = of->K;
    p->x_type = of->x_type;
    p->out_type = of->out_type;
    p->parameter_type = of->x_type;
    p->threshold = of->threshold;
    size_t M = p->M, N = p->N, K = p->K;
    bool ok = (p->w = room(N, K, 1)) && (p->q = room(M, K, 1));
    if (ok && !asks_product_alone(of))
        ok = (p->x = room(M, K, sizeof *p->x)) && (p->w16 = room(N, K, sizeof *p->w16)) &&
             (p->w_absmax = room(N, 1, sizeof *p->w_absmax)) &&
             (p->bias = room(N, 1, sizeof *p->bias)) &&
             (p->absmax = room(M, 1, sizeof *p->absmax)) && (p->d = room(M, N, sizeof *p->d)) &&
             (p->y = room(M, N, sizeof *p->y)) && (p->c = room(M, N, sizeof *p->c)) &&
             (p->outliers = room(K, 1, sizeof *p->outliers)) &&
             (p->x_typed = room(M, K, kbit_dtype_size(p->x_type))) &&
             (p->w16_typed = room(N, K, kbit_dtype_size(p->x_type)));
    if (ok && asks_producers(of))
        ok = (p->gamma = room(K, 1, sizeof *p->gamma)) && (p->beta = room(K, 1, sizeof *p->beta)) &&
             (p->gamma_typed = room(K, 1, sizeof(float))) &&
             (p->beta_typed = room(K, 1, sizeof(float)));
    if (ok)
        return KBIT_OK;
    kbit_problem_free(p);
    return kbit_fail(error, KBIT_ERR_MEMORY, "case %s: out of memory", of->name);
}

/* x in its type; a NaN that was signalling still is, where its payload fits: rounding makes it quiet. */
static kbit_status in_its_type(size_t n, const float *x, kbit_dtype type, void *typed)
{
    const int cut = type == KBIT_F16 ? 13 : 16;
    const kbit_status status = kbit_round(n, x, type, typed);
    uint16_t *halves = typed;
    for (size_t i = 0; status == KBIT_OK && type != KBIT_F32 && i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        if (isnan(x[i]) && !(bits & 0x400000) && (bits & 0x3fffff) >> cut)
            halves[i] ^= (uint16_t)(0x400000 >> cut);
    }
    return status;
}

/* X, W -> O, a, q, (w, s), C, D, Y by the reference. */
static kbit_status derive(kbit_problem *p, kbit_error *error)
{
    size_t M = p->M, N = p->N, K = p->K;
    const float off = KBIT_THRESHOLD_OFF;
    const size_t x_elements = M * K, w_elements = N * K;
    kbit_status status;
    const char *at = "kbit_round";
    if ((status = in_its_type(x_elements, p->x, p->x_type, p->x_typed)) != KBIT_OK ||
        (status = in_its_type(w_elements, p->w16, p->x_type, p->w16_typed)) != KBIT_OK)
        goto stopped;
    at = "kbit_outlier_columns";
    status = kbit_outlier_columns(M, K, p->x, p->threshold, p->outliers, &p->n_outliers);
    if (status != KBIT_OK)
        goto stopped;
    at = "kbit_absmax_rows";
    if ((status = kbit_absmax_rows(M, K, p->x, 0, NULL, p->threshold, p->absmax)) != KBIT_OK ||
        (status = kbit_absmax_rows(N, K, p->w16, 0, NULL, off, p->w_absmax)) != KBIT_OK)
        goto stopped;
    at = "kbit_quantize_rows";
    if ((status = kbit_quantize_rows(M, K, p->x, p->absmax, p->n_outliers, p->outliers,
                                     p->threshold, p->q)) != KBIT_OK ||
        (status = kbit_quantize_rows(N, K, p->w16, p->w_absmax, 0, NULL, off, p->w)) != KBIT_OK)
        goto stopped;
    at = "the int8 product";
    if ((status = kbit_product(M, N, K, p->q, p->w, p->c, error)) != KBIT_OK)
        goto stopped;
    at = "kbit_dequantize";
    if ((status = kbit_dequantize(M, N, p->c, p->absmax, p->w_absmax, p->d)) != KBIT_OK)
        goto stopped;
    at = "kbit_outlier_matmul";
    status = kbit_outlier_matmul(M, N, K, p->x, p->n_outliers, p->outliers, p->w, p->w_absmax, p->d,
                                 p->y);
    /* Who has nothing to add may hand d on; then a -0 reaches the store. */
    if (status == KBIT_OK && p->n_outliers == 0 && M && N)
        memcpy(p->y, p->d, M * N * sizeof *p->y);
    if (p->no_list)
        p->n_outliers = 0;
    if (status == KBIT_OK)
        return KBIT_OK;
stopped:
    return kbit_fail(error, status, "case %s: %s: %s", p->of->name, at, kbit_status_string(status));
}

kbit_status kbit_problem_make(const kbit_case *of, uint64_t seed, kbit_problem *p,
                              kbit_error *error)
{
    kbit_status status = allocate(of, seed, p, error);
    if (status != KBIT_OK)
        return status;
    of->fill(p);
    if (!of->only || asks_layers(of))
        status = derive(p, error);
    else if (!asks_product_alone(of) &&
             ((status = in_its_type(p->M * p->K, p->x, p->x_type, p->x_typed)) != KBIT_OK ||
              (status = in_its_type(p->N * p->K, p->w16, p->x_type, p->w16_typed)) != KBIT_OK))
        kbit_fail(error, status, "case %s: %s", of->name, kbit_status_string(status));
    if (status == KBIT_OK && asks_producers(of)) {
        kbit_round(p->K, p->gamma, p->parameter_type, p->gamma_typed);
        kbit_round(p->K, p->beta, p->parameter_type, p->beta_typed);
    }
    if (status != KBIT_OK)
        kbit_problem_free(p);
    return status;
}

kbit_status kbit_problem_from(const kbit_case *of, uint64_t seed, const float *x, const float *w16,
                              kbit_problem *p, kbit_error *error)
{
    kbit_status status = allocate(of, seed, p, error);
    if (status != KBIT_OK)
        return status;
    of->fill(p);
    if (x && p->M && p->K)
        memcpy(p->x, x, p->M * p->K * sizeof *x);
    if (w16 && p->N && p->K)
        memcpy(p->w16, w16, p->N * p->K * sizeof *w16);
    status = derive(p, error);
    if (status != KBIT_OK)
        kbit_problem_free(p);
    return status;
}

bool kbit_case_asks(const kbit_case *of, const kbit_step *step)
{
    if (!of->only)
        return !step->group;
    if (asks_layers(of))
        return step == &kbit_step_llmint8_linear_bnb || step == &kbit_step_llmint8_linear_paper;
    return strcmp(of->only, step->stem) == 0 ||
           (step->group &&
            (strcmp(of->only, KBIT_PRODUCERS) == 0 || strcmp(of->only, step->group) == 0));
}

kbit_tensor kbit_problem_tensor(const kbit_problem *p, const kbit_slot *slot)
{
    const struct {
        const char *name;
        void *data;
        kbit_dtype type;
    } HELD[] = {
        {"x", p->x_typed, p->x_type},
        {"w16", p->w16_typed, p->x_type},
        {"w", p->w, KBIT_I8},
        {"w_absmax", p->w_absmax, KBIT_F32},
        {"bias", p->bias, KBIT_F32},
        {"outliers", p->outliers, KBIT_I32},
        {"absmax", p->absmax, KBIT_F32},
        {"q", p->q, KBIT_I8},
        {"c", p->c, KBIT_I32},
        {"d", p->d, KBIT_F32},
        {"y", p->y, KBIT_F32},
        {"gamma", p->gamma_typed, p->parameter_type},
        {"beta", p->beta_typed, p->parameter_type},
        {"eps", (void *)&p->eps, KBIT_F32},
    };
    kbit_tensor tensor = {.rank = (uint32_t)strlen(slot->dims)};
    for (uint32_t r = 0; r < tensor.rank; r++)
        tensor.dim[r] = kbit_extent(slot->dims[r], p->M, p->N, p->K, p->n_outliers, p->of->bias);
    for (size_t i = 0; i < sizeof HELD / sizeof *HELD; i++)
        if (strcmp(HELD[i].name, slot->name) == 0) {
            tensor.data = HELD[i].data;
            tensor.dtype = HELD[i].type;
        }
    return tensor;
}

kbit_tensor kbit_problem_output_at(const kbit_problem *p, const kbit_step *step, size_t i)
{
    const kbit_slot *slot = kbit_step_output(step, i);
    kbit_tensor out = {.rank = (uint32_t)strlen(slot->dims)};
    for (uint32_t r = 0; r < out.rank; r++)
        out.dim[r] = kbit_extent(slot->dims[r], p->M, p->N, p->K, p->K, false);
    for (kbit_dtype t = KBIT_F32; t <= KBIT_I32; t++)
        if (slot->types >> t & 1)
            out.dtype = t;
    if (slot->types == KBIT_TYPES_FLOAT) /* which of them is the case's choice */
        out.dtype = p->out_type;
    return out;
}

kbit_tensor kbit_problem_output(const kbit_problem *p, const kbit_step *step)
{
    return kbit_problem_output_at(p, step, 0);
}
