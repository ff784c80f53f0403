/* worst.c -- searches operands on which legal candidates err most, and replays what was found.
 *
 *   worst search FOLDER [SEED [STEPS [TARGET]]]   hill climbing; writes FOLDER/TARGET.txt
 *   worst table FILE...                           replays the files; prints the table of tightness
 *
 * A step of the climb changes one or two operands (an ulp or a few, a bit, a power of two, another
 * operand's value) and is kept where err / bound does not fall; every fifth of the steps starts anew
 * and the best of all is written. All random bits come from the seed. err / bound is what the
 * referee itself reports; a candidate that it rejects ends the search, since one of them is wrong. */
#include "worst.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kbit_data.h"
#include "numbers.h"
#include "step.h"

#define SEED     1
#define STEPS    40000
#define RESTARTS 5
#define LEAST    0.2 /* of a bound must be used somewhere: within 5 times of what there is */

typedef struct {
    uint64_t seed, stream, next;
} bits;

static uint64_t draw(bits *b)
{
    return kbit_hash(b->seed, b->stream, b->next++);
}

static void stop(const char *what, const char *which)
{
    fprintf(stderr, "worst: %s: %s\n", which, what);
    exit(2);
}

/* ---- err / bound of one problem ---- */

/* The judge's ratio for these outputs; negative where it has none. */
static double judged(const target *t, const operands *o, size_t width, float *y)
{
    uint16_t x[MOST_COLUMNS], w16[MOST_COLUMNS];
    int32_t outliers[MOST_COLUMNS];
    const size_t K = t->K, n = t->outliers;
    bool wide = t->x_type == KBIT_F32;
    for (size_t k = 0; k < K; k++) {
        kbit_round(1, &o->x[k], t->x_type == KBIT_BF16 ? KBIT_BF16 : KBIT_F16, &x[k]);
        kbit_round(1, &o->w16[k], t->x_type == KBIT_BF16 ? KBIT_BF16 : KBIT_F16, &w16[k]);
        outliers[k] = (int32_t)k;
    }
    operands copy = *o;
    const struct {
        const char *name;
        kbit_tensor tensor;
    } HELD[] = {
        {"x", {wide ? (void *)copy.x : x, t->x_type, 2, {1, K}}},
        {"w16", {wide ? (void *)copy.w16 : w16, t->x_type, 2, {1, K}}},
        {"w", {copy.w, KBIT_I8, 2, {1, K}}},
        {"outliers", {outliers, KBIT_I32, 1, {n, 0}}},
        {"w_absmax", {&copy.s, KBIT_F32, 1, {1, 0}}},
        {"absmax", {&copy.a, KBIT_F32, 1, {1, 0}}},
        {"c", {&copy.c, KBIT_I32, 2, {1, 1}}},
        {"d", {&copy.d, KBIT_F32, 2, {1, 1}}},
        {"bias", {&copy.bias, KBIT_F32, 1, {1, 0}}},
        {"gamma", {copy.w16, KBIT_F32, 1, {K, 0}}},
        {"beta", {NULL, KBIT_F32, 1, {0, 0}}},
        {"eps", {&copy.d, KBIT_F32, 1, {1, 0}}},
    };
    const kbit_step *step = kbit_step_find(t->step);
    kbit_tensor in[KBIT_MAX_INPUTS], out = {y, KBIT_F32, 2, {1, width}};
    for (size_t i = 0; i < step->n_in; i++)
        for (size_t h = 0; h < sizeof HELD / sizeof *HELD; h++)
            if (strcmp(HELD[h].name, step->in[i].name) == 0)
                in[i] = HELD[h].tensor;
    kbit_call call = {t->step, 1, 1, K, t->threshold, in, &out};
    kbit_verdict verdict;
    if (kbit_judge(&call, t->declares, &verdict) != KBIT_OK)
        stop("cannot be judged", t->name);
    if (verdict.rejected) {
        fprintf(stderr, "worst: %s: a legal candidate is rejected: %s, admissible %s, from %s\n",
                t->name, verdict.kept[0].observed, verdict.kept[0].admissible,
                verdict.kept[0].inputs);
        exit(1);
    }
    return verdict.undecided ? -1 : verdict.ratio;
}

static double ratio_of(const target *t, const operands *o)
{
    if (t->ratio)
        return t->ratio(o);
    float y[MOST_COLUMNS] = {0};
    const size_t width = t->outputs ? t->K : 1;
    if (t->outputs)
        t->outputs(t->K, o, y);
    else
        y[0] = t->answer(t->K, t->outliers, o);
    for (size_t k = 0; k < width; k++)
        if (!isfinite(y[k]))
            return -1;
    return judged(t, o, width, y);
}

/* ---- operands that may change ---- */

typedef struct {
    float *value;
    const limits *in;
} gene;

static size_t genes_of(const target *t, operands *o, gene genes[])
{
    const struct {
        float *value;
        const limits *in;
    } SINGLE[] = {{&o->s, &t->s}, {&o->a, &t->a}, {&o->d, &t->d}, {&o->bias, &t->bias}};
    size_t n = 0;
    for (size_t k = 0; k < t->K; k++) {
        const limits *x = k < t->outliers || t->x_rest.hi < t->x_rest.lo ? &t->x : &t->x_rest;
        if (x->hi >= x->lo)
            genes[n++] = (gene){&o->x[k], x};
        if (t->w16.hi >= t->w16.lo)
            genes[n++] = (gene){&o->w16[k], &t->w16};
    }
    for (size_t g = 0; g < sizeof SINGLE / sizeof *SINGLE; g++)
        if (SINGLE[g].in->hi >= SINGLE[g].in->lo)
            genes[n++] = (gene){SINGLE[g].value, SINGLE[g].in};
    return n;
}

static int precision(const limits *in)
{
    return in->type == KBIT_F16 ? 11 : in->type == KBIT_BF16 ? 8 : 24;
}

/* v in its type and between its limits: where the exponent is not, the significand is kept. */
static float within(float v, const limits *in)
{
    double r = fabs((double)v);
    if (!(r > 0) || !isfinite(r))
        r = ldexp(1, in->lo);
    r = kbit_nearest(r, in->type);
    if (!isfinite(r))
        r = kbit_largest(in->type);
    int e = r > 0 ? ilogb(r) : in->lo - 1;
    if (e < in->lo || e > in->hi)
        r = kbit_nearest(ldexp(r > 0 ? r : 1, (e < in->lo ? in->lo : in->hi) - (r > 0 ? e : 0)),
                         in->type);
    return (float)r;
}

static float changed(const gene *g, const gene *other, bits *b)
{
    uint64_t h = draw(b);
    double v = (double)*g->value, ulp = ldexp(1, ilogb(v) - precision(g->in) + 1);
    switch (h % 8) {
    case 0:
    case 1:
        v += (h >> 8 & 1 ? 1 : -1) * (double)(1 + (h >> 9 & 3)) * ulp;
        break;
    case 2:
    case 3:
        v += (h >> 8 & 1 ? 1 : -1) * ldexp(ulp, (int)((h >> 9) % (unsigned)precision(g->in)));
        break;
    case 4:
        v = ldexp(1 + (double)(h >> 8 & 3) * 0x1p-23, ilogb(v) + (int)(h >> 10 & 1));
        break;
    case 5:
        v = (double)*other->value;
        break;
    case 6:
        v *= h >> 8 & 1 ? 2 : 0.5;
        break;
    default:
        v = ldexp(1 + (double)(h >> 11) * 0x1p-53,
                  g->in->lo + (int)((h >> 3) % (unsigned)(g->in->hi - g->in->lo + 1)));
    }
    return within((float)v, g->in);
}

static void change_one(const target *t, operands *o, bits *b)
{
    gene genes[2 * MOST_COLUMNS + 4];
    size_t n = genes_of(t, o, genes);
    size_t integers = t->most_code ? t->K : t->most_c_bits ? (n + 1) / 2 : 0;
    uint64_t h = draw(b), at = h % (n + integers);
    if (at < n)
        *genes[at].value = changed(&genes[at], &genes[(h >> 32) % n], b);
    else if (t->most_code)
        o->w[at - n] =
            (int8_t)(1 +
                     (h >> 40 & 1 ? h >> 48 : (h >> 41 & 1 ? 0 : 125) + (uint64_t)o->w[at - n]) %
                         127);
    else {
        int64_t c = h >> 40 & 3 ? o->c + (int64_t)(h >> 42 & 15) - 8
                                : o->c ^ (int64_t)1 << (h >> 42) % (unsigned)t->most_c_bits;
        int64_t most = ((int64_t)1 << t->most_c_bits) - 1;
        o->c = (int32_t)(c < 1 ? 1 : c > most ? most : c);
    }
}

/* Operands that the problem does not have stay 0. The first element of a quantized row is x <= a. */
static void first_guess(const target *t, operands *o, bits *b)
{
    gene genes[2 * MOST_COLUMNS + 4];
    memset(o, 0, sizeof *o);
    t->start(t->K, t->outliers, draw(b), o);
    size_t n = genes_of(t, o, genes);
    for (size_t g = 0; g < n; g++)
        *genes[g].value = within(*genes[g].value, genes[g].in);
    if (t->most_c_bits && o->c >> t->most_c_bits)
        o->c = ((int32_t)1 << t->most_c_bits) - 1;
}

static double climb(const target *t, bits *b, unsigned steps, operands *best)
{
    first_guess(t, best, b);
    double top = ratio_of(t, best);
    for (unsigned step = 0; step < steps; step++) {
        operands next = *best;
        change_one(t, &next, b);
        if (draw(b) % 2)
            change_one(t, &next, b);
        double r = ratio_of(t, &next);
        if (r >= top) {
            top = r;
            *best = next;
        }
    }
    return top;
}

/* ---- files ---- */

static void print_floats(FILE *out, const char *key, size_t n, const float *v, const limits *in)
{
    if (n == 0 || in->hi < in->lo)
        return;
    fprintf(out, "%s", key);
    for (size_t k = 0; k < n; k++)
        fprintf(out, " %a", (double)v[k]);
    fputc('\n', out);
}

static void save(const char *folder, const target *t, const operands *o, double ratio,
                 uint64_t seed, unsigned steps)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.txt", folder, t->name);
    FILE *out = fopen(path, "w");
    if (!out)
        stop("cannot be written", path);
    fprintf(out, "# tests/worst search FOLDER %" PRIu64 " %u %s\ntarget %s\nratio %a\n", seed,
            steps, t->name, t->name, ratio);
    print_floats(out, "x", t->K, o->x, &t->x);
    print_floats(out, "w16", t->K, o->w16, &t->w16);
    if (t->most_code) {
        fprintf(out, "w");
        for (size_t k = 0; k < t->K; k++)
            fprintf(out, " %d", o->w[k]);
        fputc('\n', out);
    }
    if (t->most_c_bits)
        fprintf(out, "c %d\n", o->c);
    print_floats(out, "s", 1, &o->s, &t->s);
    print_floats(out, "a", 1, &o->a, &t->a);
    print_floats(out, "d", 1, &o->d, &t->d);
    print_floats(out, "bias", 1, &o->bias, &t->bias);
    if (fclose(out) != 0)
        stop("cannot be written", path);
}

static const target *find(const char *name)
{
    for (size_t t = 0; t < N_TARGETS; t++)
        if (strcmp(TARGETS[t].name, name) == 0)
            return &TARGETS[t];
    return NULL;
}

/* Reads numbers of the line into v, n of them at most; a code or accumulator is a number, too. */
static size_t numbers_in(const char *text, size_t n, double *v)
{
    size_t count = 0;
    char *end;
    for (; count < n; count++, text = end) {
        v[count] = strtod(text, &end);
        if (end == text)
            break;
    }
    return count;
}

static const target *load(const char *path, operands *o, double *ratio)
{
    char line[4096];
    const target *t = NULL;
    FILE *in = fopen(path, "r");
    memset(o, 0, sizeof *o);
    *ratio = -1;
    if (!in)
        stop("cannot be read", path);
    while (fgets(line, sizeof line, in)) {
        double v[MOST_COLUMNS] = {0};
        size_t key = strcspn(line, " \n"), n = numbers_in(line + key, MOST_COLUMNS, v);
        const struct {
            const char *key;
            float *value;
        } FLOATS[] = {{"x", o->x},  {"w16", o->w16}, {"s", &o->s},
                      {"a", &o->a}, {"d", &o->d},    {"bias", &o->bias}};
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "target ", 7) == 0)
            t = find(line + 7);
        if (strncmp(line, "ratio ", 6) == 0)
            *ratio = v[0];
        if (strncmp(line, "c ", 2) == 0)
            o->c = (int32_t)v[0];
        for (size_t k = 0; strncmp(line, "w ", 2) == 0 && k < n; k++)
            o->w[k] = (int8_t)v[k];
        for (size_t f = 0; f < sizeof FLOATS / sizeof *FLOATS; f++)
            if (strlen(FLOATS[f].key) == key && strncmp(line, FLOATS[f].key, key) == 0)
                for (size_t k = 0;
                     k < (FLOATS[f].value == o->x || FLOATS[f].value == o->w16 ? n : 1); k++)
                    FLOATS[f].value[k] = (float)v[k];
    }
    fclose(in);
    if (!t)
        stop("names no target", path);
    return t;
}

/* ---- commands ---- */

static int search(const char *folder, uint64_t seed, unsigned steps, const char *only)
{
    fprintf(stderr, "# seed %" PRIu64 ", %u steps, %d starts\n", seed, steps, RESTARTS);
    for (size_t i = 0; i < N_TARGETS; i++) {
        const target *t = &TARGETS[i];
        operands best = {0}, found;
        double top = -1;
        if (only && strcmp(only, t->name) != 0)
            continue;
        for (uint64_t start = 0; start < RESTARTS; start++) {
            bits b = {seed, i * RESTARTS + start, 0};
            double r = climb(t, &b, steps / RESTARTS, &found);
            if (r > top) {
                top = r;
                best = found;
            }
        }
        save(folder, t, &best, top, seed, steps);
        fprintf(stderr, "%-32s %.4f\n", t->name, top);
    }
    return 0;
}

/* One row of the table; whether the file is what it records. */
static bool print_row(const target *t, const char *path)
{
    operands o;
    double recorded;
    load(path, &o, &recorded);
    double ratio = ratio_of(t, &o);
    bool right = ratio == recorded;
    if (!right)
        fprintf(stderr, "worst: %s: err/bound is %a, recorded %a (make worst)\n", path, ratio,
                recorded);
    if (!(ratio >= LEAST && ratio <= 1)) {
        fprintf(stderr, "worst: %s: err/bound %g is not in [%g, 1]\n", path, ratio, LEAST);
        right = false;
    }
    const char *tick = *t->declares ? "`" : "";
    printf("| %s | %s | %s%s%s | %s | %.3f | [%s](../../tests/worst/%s.txt) |\n", t->theorem,
           t->step, tick, *t->declares ? t->declares : "nothing", tick, t->adversary, ratio,
           t->name, t->name);
    return right;
}

static int table(int n, char **paths)
{
    int wrong = 0;
    puts(
        "# How tight the bounds are\n\n"
        "Written by `make worst`, which searches operands and replays them; do not edit. For each\n"
        "theorem and declared operation sequence: the largest err/bound that a legal candidate "
        "was\n"
        "found to reach, on the operands of the file, which a test replays bit for bit. The larger "
        "it\n"
        "is, the less a wrong candidate can hide; at 1 the bound could not be smaller. For "
        "quantize-gap\n"
        "and quantize-f32 it is the error of the sequence over its proved bound, for quant=any the "
        "gap\n"
        "over the distance of a pair from its half-integer. layernorm-welford has no row: its "
        "bound allows for\n"
        "16 merges in the worst way, and nothing that was found uses a fifth of it.\n\n"
        "| theorem | step | declared | the candidate | err/bound | operands |\n"
        "|---|---|---|---|---|---|");
    for (size_t t = 0; t < N_TARGETS; t++) {
        const char *path = NULL;
        for (int f = 0; f < n; f++) {
            operands o;
            double recorded;
            if (load(paths[f], &o, &recorded) == &TARGETS[t])
                path = paths[f];
        }
        if (!path)
            fprintf(stderr, "worst: no file for %s (make worst)\n", TARGETS[t].name);
        if (!path || !print_row(&TARGETS[t], path))
            wrong = 1;
    }
    return wrong;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && argc <= 6 && strcmp(argv[1], "search") == 0) {
        uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : SEED;
        unsigned steps = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : STEPS;
        if (argc > 5 && !find(argv[5]))
            stop("no such target", argv[5]);
        return search(argv[2], seed, steps, argc > 5 ? argv[5] : NULL);
    }
    if (argc >= 3 && strcmp(argv[1], "table") == 0)
        return table(argc - 2, argv + 2);
    fputs("usage: worst search FOLDER [SEED [STEPS [TARGET]]] | worst table FILE...\n", stderr);
    return 2;
}
