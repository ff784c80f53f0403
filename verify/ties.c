#include "ties.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TRIALS ((size_t)1 << 22) /* of pairs of choices, in a layer */

/* ---- the rules that kernels have ---- */

typedef enum {
    FIRST,
    OTHER,
    AWAY,
    TOWARDS,
    UP,
    DOWN,
    MUL,
    RDIV,
    RECIPROCAL,
    DIVISION,
    BY_INVERSE,
    NORMALIZED,
    NORMALIZED_BY_INVERSE,
    INVERSE_SCALE,
    MUL_AWAY,
    INVERSE_SCALE_AWAY,
    DOUBLE_MUL,
    DOUBLE_RDIV,
    N_RULES /* at most 32: kbit_ties holds sets of them */
} rule;

/* Whether the rule gives the second code. The first is the even one at an exact tie, and the nearer one where
 * fp32 leaves two codes. */
static bool takes_other(rule r, float x, float a, int code, int other)
{
    switch (r) {
    case OTHER:
        return true;
    case AWAY:
        return abs(other) > abs(code);
    case TOWARDS:
        return abs(other) < abs(code);
    case UP:
        return other > code;
    case DOWN:
        return other < code;
    case MUL:
        return rintf(x * (127.0f / a)) == (float)other;
    case RDIV:
        return rintf(x / (a / 127.0f)) == (float)other;
    case RECIPROCAL:
        return rintf(x * (127.0f * (1.0f / a))) == (float)other;
    case DIVISION:
        return rintf(127.0f * x / a) == (float)other;
    case BY_INVERSE:
        return rintf(127.0f * x * (1.0f / a)) == (float)other;
    case NORMALIZED:
        return rintf(x / a * 127.0f) == (float)other;
    case NORMALIZED_BY_INVERSE:
        return rintf(x * (1.0f / a) * 127.0f) == (float)other;
    case INVERSE_SCALE:
        return rintf(x * (1.0f / (a / 127.0f))) == (float)other;
    case MUL_AWAY:
        return roundf(x * (127.0f / a)) == (float)other;
    case INVERSE_SCALE_AWAY:
        return roundf(x * (1.0f / (a / 127.0f))) == (float)other;
    case DOUBLE_MUL:
        return rint((double)x * (127.0 / (double)a)) == (double)other;
    case DOUBLE_RDIV:
        return rint((double)x / ((double)a / 127.0)) == (double)other;
    case FIRST:
    case N_RULES:
        break;
    }
    return false;
}

/* ---- a row's ties ---- */

void kbit_ties_free(size_t n, kbit_ties *ties)
{
    for (size_t i = 0; ties && i < n; i++) {
        free(ties[i].at);
        free(ties[i].change);
        free(ties[i].taken);
        free(ties[i].choices);
        free(ties[i].rules);
    }
    free(ties);
}

/* Room for all rules, or for the choices that go with the other side. */
static size_t room_of(const kbit_ties *ties)
{
    size_t all = ties->n < KBIT_MOST_TIES ? (size_t)1 << ties->n : KBIT_MOST_CHOICES;
    all = ties->n > KBIT_MOST_TIES || all < N_RULES ? N_RULES : all;
    return all < KBIT_MOST_CHOICES ? all : KBIT_MOST_CHOICES;
}

static const int8_t *choice_of(const kbit_ties *ties, size_t c)
{
    return ties->choices + c * ties->n;
}

static void take(kbit_ties *ties, size_t c)
{
    memcpy(ties->taken, choice_of(ties, c), ties->n);
}

/* Adds what is taken, which these rules give, to the choices, once. */
static void keep_taken(kbit_ties *ties, unsigned rules)
{
    size_t c = 0;
    while (c < ties->n_choices && memcmp(choice_of(ties, c), ties->taken, ties->n) != 0)
        c++;
    if (c == ties->n_choices) {
        memcpy(ties->choices + c * ties->n, ties->taken, ties->n);
        ties->rules[c] = 0;
        ties->n_choices++;
    }
    ties->rules[c] |= (uint32_t)rules;
}

kbit_status kbit_ties_keep(kbit_ties *ties, const float *x, float absmax, const int8_t *codes,
                           size_t n, const size_t *at, const int *others, kbit_error *error)
{
    ties->n = n;
    ties->complete = n <= KBIT_MOST_TIES;
    if (n == 0)
        return KBIT_OK;
    ties->at = malloc(n * sizeof *ties->at);
    ties->change = malloc(n);
    ties->taken = calloc(n, 1);
    ties->choices = malloc(room_of(ties) * n);
    ties->rules = malloc(room_of(ties) * sizeof *ties->rules);
    if (!ties->at || !ties->change || !ties->taken || !ties->choices || !ties->rules)
        return kbit_fail(error, KBIT_ERR_MEMORY, "no memory for %zu ties", n);
    memcpy(ties->at, at, n * sizeof *at);
    for (size_t t = 0; t < n; t++)
        ties->change[t] = (int8_t)(others[t] - codes[at[t]]);
    for (rule r = FIRST; r < N_RULES; r++) {
        for (size_t t = 0; t < n; t++)
            ties->taken[t] =
                takes_other(r, x[at[t]], absmax, codes[at[t]], others[t]) ? ties->change[t] : 0;
        keep_taken(ties, 1u << r);
    }
    memset(ties->taken, 0, n);
    return KBIT_OK;
}

int64_t kbit_ties_change(const kbit_ties *row, const kbit_ties *column, const int8_t *q,
                         const int8_t *w)
{
    int64_t sum = 0;
    for (size_t t = 0; t < row->n; t++)
        sum += (int64_t)row->taken[t] * w[row->at[t]];
    for (size_t t = 0; t < column->n; t++)
        sum += (int64_t)column->taken[t] * q[column->at[t]];
    for (size_t r = 0, c = 0; r < row->n && c < column->n;)
        if (row->at[r] == column->at[c])
            sum += (int64_t)row->taken[r++] * column->taken[c++];
        else if (row->at[r] < column->at[c])
            r++;
        else
            c++;
    return sum;
}

/* ---- one side: what goes with rows of the other side that have no ties ---- */

typedef struct {
    kbit_tied_layer *layer;
    bool of_w; /* the side in hand is W's */
} side;

static kbit_ties *of(const side *s, bool other, size_t i)
{
    return &(s->of_w != other ? s->layer->columns : s->layer->rows)[i];
}

static size_t count(const side *s, bool other)
{
    return s->of_w != other ? s->layer->N : s->layer->M;
}

static bool admits(const side *s, size_t i, size_t j)
{
    return s->of_w ? s->layer->admits(s->layer->context, j, i)
                   : s->layer->admits(s->layer->context, i, j);
}

static bool goes_with_untied(const side *s, size_t i)
{
    for (size_t j = 0; j < count(s, true); j++)
        if (of(s, true, j)->n == 0 && !of(s, true, j)->undecided && !admits(s, i, j))
            return false;
    return true;
}

/* Choice number `bits` of all. */
static void take_bits(kbit_ties *ties, size_t bits)
{
    for (size_t t = 0; t < ties->n; t++)
        ties->taken[t] = bits >> t & 1 ? ties->change[t] : 0;
}

/* Keeps the choices that go with rows without ties; where none has any, the first will do. */
static void choose_alone(const side *s, size_t i, bool others_have_ties)
{
    kbit_ties *ties = of(s, false, i);
    const size_t rules = ties->n_choices;
    const size_t wanted = others_have_ties ? room_of(ties) : 1;
    ties->n_choices = 0;
    for (size_t c = 0; c < rules && ties->n_choices < wanted; c++) {
        take(ties, c);
        if (goes_with_untied(s, i))
            keep_taken(ties, ties->rules[c]);
    }
    size_t bits = 0;
    const size_t all = ties->complete ? (size_t)1 << ties->n : 0;
    for (; bits < all && ties->n_choices < wanted; bits++) {
        take_bits(ties, bits);
        if (goes_with_untied(s, i))
            keep_taken(ties, 0);
    }
    ties->complete &= bits == all || ties->n_choices == all;
    ties->undecided = ties->n_choices == 0 && !ties->complete;
    ties->refuted = ties->n_choices == 0 && ties->complete;
    if (ties->n_choices)
        take(ties, 0);
    else
        memset(ties->taken, 0, ties->n);
}

/* ---- both sides ---- */

/* Whether the row has ties and choices of them. */
static bool is_open(const kbit_ties *ties)
{
    return ties->n && !ties->undecided && !ties->refuted && !ties->unresolved;
}

static bool has_open(const side *s)
{
    for (size_t i = 0; i < count(s, false); i++)
        if (is_open(of(s, false, i)))
            return true;
    return false;
}

static bool goes_with_tied(const side *s, size_t i)
{
    for (size_t j = 0; j < count(s, true); j++)
        if (is_open(of(s, true, j)) && !admits(s, i, j))
            return false;
    return true;
}

/* The number of the choice that the rule gives; 0 where it is not among those that are left. */
static size_t by_rule(const kbit_ties *ties, rule r)
{
    size_t c = 0;
    while (c < ties->n_choices && !(ties->rules[c] >> r & 1))
        c++;
    return c < ties->n_choices ? c : 0;
}

/* Some choice of the row that goes with what the other side has taken: that of the rule, or any. */
static bool choose_beside(const side *s, size_t i, rule r)
{
    kbit_ties *ties = of(s, false, i);
    const size_t first = by_rule(ties, r);
    for (size_t c = 0; c < ties->n_choices; c++) {
        take(ties, (first + c) % ties->n_choices);
        if (goes_with_tied(s, i))
            return true;
    }
    return false;
}

/* The rule's choice for each row of W, then some choice for each row of X. *hardest: the row of X that had
 * none the last time. */
static bool choose_all(const side *x, rule r, size_t *hardest)
{
    for (size_t j = 0; j < count(x, true); j++)
        if (is_open(of(x, true, j)))
            take(of(x, true, j), by_rule(of(x, true, j), r));
    if (is_open(of(x, false, *hardest)) && !choose_beside(x, *hardest, r))
        return false;
    for (size_t i = 0; i < count(x, false); i++)
        if (is_open(of(x, false, i)) && !choose_beside(x, i, r)) {
            *hardest = i;
            return false;
        }
    return true;
}

/* Whether some choice of the other row goes with what this one has taken. */
static bool is_supported(const side *s, size_t i, size_t j)
{
    kbit_ties *other = of(s, true, j);
    for (size_t c = 0; c < other->n_choices; c++) {
        take(other, c);
        s->layer->trials++;
        if (admits(s, i, j))
            return true;
    }
    return false;
}

/* Strikes out the choices of row i that no choice of row j goes with. Says whether there were any. */
static bool strike_out(const side *s, size_t i, size_t j)
{
    kbit_ties *ties = of(s, false, i);
    const size_t before = ties->n_choices;
    if (!of(s, true, j)->complete) /* it may have more */
        return false;
    ties->n_choices = 0;
    for (size_t c = 0; c < before; c++) {
        take(ties, c);
        if (!is_supported(s, i, j))
            continue;
        memcpy(ties->choices + ties->n_choices * ties->n, ties->taken, ties->n);
        ties->rules[ties->n_choices++] = ties->rules[c];
    }
    if (ties->n_choices == 0 && ties->complete) {
        s->layer->contradiction = true;
        s->layer->row = s->of_w ? j : i;
        s->layer->column = s->of_w ? i : j;
    }
    ties->unresolved |= ties->n_choices == 0;
    return ties->n_choices < before;
}

/* One pass over all pairs; says whether anything was struck out. */
static bool strike_out_all(const side *s)
{
    bool any = false;
    for (size_t i = 0; i < count(s, false); i++)
        for (size_t j = 0; j < count(s, true); j++)
            if (is_open(of(s, false, i)) && is_open(of(s, true, j)) && !s->layer->contradiction &&
                s->layer->trials < MOST_TRIALS)
                any |= strike_out(s, i, j);
    return any;
}

static bool choose_jointly(const side *x)
{
    size_t hardest = 0;
    for (rule r = FIRST; r < N_RULES; r++)
        if (choose_all(x, r, &hardest))
            return true;
    return false;
}

static void leave_unresolved(const side *s)
{
    for (size_t i = 0; i < count(s, false); i++)
        of(s, false, i)->unresolved |= of(s, false, i)->n > 0;
}

void kbit_ties_choose(kbit_tied_layer *layer)
{
    const side x = {layer, false}, w = {layer, true};
    const bool x_has = has_open(&x), w_has = has_open(&w);
    for (size_t i = 0; i < layer->M; i++)
        if (is_open(&layer->rows[i]))
            choose_alone(&x, i, w_has);
    for (size_t j = 0; j < layer->N; j++)
        if (is_open(&layer->columns[j]))
            choose_alone(&w, j, x_has);
    if (!has_open(&x) || !has_open(&w) || choose_jointly(&x))
        return;
    for (bool any = true; any && !layer->contradiction && layer->trials < MOST_TRIALS;) {
        any = strike_out_all(&x);
        any |= strike_out_all(&w);
    }
    if (layer->contradiction || !choose_jointly(&x)) {
        leave_unresolved(&x);
        leave_unresolved(&w);
    }
}
