/* sum_set.c -- every result that a row of the accumulation model may give for a few products.
 *
 * A kernel may take the columns of O in any order and put zeros where its tile has room, so each way
 * to fill 16 places is tried. Equal products are not told apart: the questions have few different
 * ones, so that there are few ways. */
#include <math.h>
#include <string.h>

#include "probe.h"

enum { PLACES = KBIT_PROBE_PRODUCTS, MOST_CLASSES = 5 };

typedef struct {
    const kbit_accumulation *row;
    size_t classes, left[MOST_CLASSES];
    kbit_operand a[MOST_CLASSES], b[MOST_CLASSES];
    kbit_operand place_a[PLACES], place_b[PLACES];
    float add_at_end;
    kbit_sum_set *set;
} filling;

static void keep(kbit_sum_set *set, float value)
{
    for (size_t i = 0; i < set->n; i++)
        if (memcmp(&set->value[i], &value, sizeof value) == 0 ||
            (isnan(value) && isnan(set->value[i])))
            return;
    if (set->n == sizeof set->value / sizeof *set->value)
        set->complete = false;
    else
        set->value[set->n++] = value;
}

static void fill(filling *f, size_t place, float c)
{
    size_t step = f->row->products; /* 0 in no row that is asked about here */
    if (step != 0 && place >= step && place % step == 0)
        c = kbit_accumulate_step(f->row, step, &f->place_a[place - step], &f->place_b[place - step],
                                 c);
    if (place == PLACES) {
        keep(f->set, c + f->add_at_end);
        return;
    }
    for (size_t i = 0; i < f->classes; i++) {
        if (f->left[i] == 0)
            continue;
        f->left[i]--;
        f->place_a[place] = f->a[i];
        f->place_b[place] = f->b[i];
        fill(f, place + 1, c);
        f->left[i]++;
    }
}

/* One more product of this kind. */
static void add(filling *f, kbit_operand a, kbit_operand b)
{
    size_t i = 0;
    while (i < f->classes && (memcmp(&f->a[i].value, &a.value, sizeof a.value) != 0 ||
                              memcmp(&f->b[i].value, &b.value, sizeof b.value) != 0))
        i++;
    if (i == f->classes) {
        f->classes++;
        f->a[i] = a;
        f->b[i] = b;
    }
    f->left[i]++;
}

static kbit_operand operand(kbit_dtype type, uint16_t bits, bool flush)
{
    kbit_operand o = kbit_operand_of(type, bits);
    float least = type == KBIT_F16 ? 0x1p-14f : 0x1p-126f;
    return flush && fabsf(o.value) < least ? kbit_operand_of(type, 0) : o;
}

void kbit_sum_set_of(const kbit_accumulation *row, const kbit_products *products,
                     bool flush_operands, kbit_sum_set *set)
{
    filling f = {.row = row, .set = set};
    *set = (kbit_sum_set){.complete = true};
    for (size_t k = 0; k < products->n; k++)
        add(&f, operand(products->type, products->a[k], flush_operands),
            operand(products->type, products->b[k], flush_operands));
    for (size_t k = products->n; k < PLACES; k++)
        add(&f, kbit_operand_of(products->type, 0), kbit_operand_of(products->type, 0));
    f.add_at_end = products->d;
    fill(&f, 0, 0);
    f.add_at_end = 0;
    fill(&f, 0, products->d);
}

bool kbit_sum_set_reaches(const kbit_sum_set *set, const kbit_products *products,
                          bool flush_operands, float observed)
{
    long double exact = (long double)products->d, worst = 0;
    for (size_t k = 0; k < products->n; k++)
        exact += (long double)operand(products->type, products->a[k], flush_operands).value *
                 (long double)operand(products->type, products->b[k], flush_operands).value;
    for (size_t i = 0; i < set->n; i++)
        worst = fmaxl(worst, fabsl((long double)set->value[i] - exact));
    return fabsl((long double)observed - exact) <= worst;
}

bool kbit_sum_set_has(const kbit_sum_set *set, float observed, bool flush_results)
{
    for (size_t i = 0; i < set->n; i++) {
        float value = set->value[i];
        bool flushed = flush_results && fabsf(value) < 0x1p-126f && observed == 0;
        if (observed == value || flushed || (isnan(observed) && isnan(value)))
            return true;
    }
    return !set->complete;
}
