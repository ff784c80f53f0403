/* cases.c -- the table of the cases of `kbit verify`: the families of cases/, and each preset of
 * injected outlier features. */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "cases/family.h"

#define MOST_CASES 512

static const kbit_case_family *const FAMILIES[] = {
    &kbit_cases_ordinary,   &kbit_cases_ties,   &kbit_cases_transparent, &kbit_cases_degenerate,
    &kbit_cases_outliers,   &kbit_cases_range,  &kbit_cases_cancelling,  &kbit_cases_structured,
    &kbit_cases_boundaries, &kbit_cases_codes,  &kbit_cases_scale,       &kbit_cases_reach,
    &kbit_cases_bulk,       &kbit_cases_ports,  &kbit_cases_paths,       &kbit_cases_producers,
    &kbit_cases_fused,      &kbit_cases_shapes,
};

static kbit_case all[MOST_CASES];
static size_t n_all;

/* Quick: the first and the last preset, narrow. Default: all narrow ones, and 6.7b, where the paper
 * sees outlier features reach every layer, at a width like a model's. Full: all. */
static kbit_level level_of(const kbit_outlier_preset *preset, int wide, bool end_of_list)
{
    if (wide)
        return strcmp(preset->name, "6.7b") == 0 ? KBIT_LEVEL_DEFAULT : KBIT_LEVEL_FULL;
    return end_of_list ? KBIT_LEVEL_QUICK : KBIT_LEVEL_DEFAULT;
}

/* Each preset at a size that keeps its share of dimensions visible, and at one like a model's. */
static void build(void)
{
    const kbit_outlier_preset *presets;
    const size_t n = kbit_outlier_presets(&presets),
                 n_families = sizeof FAMILIES / sizeof *FAMILIES;
    size_t n_made = 2 * n;
    for (size_t f = 0; f < n_families; f++)
        n_made += FAMILIES[f]->n;
    assert(n_made <= MOST_CASES); /* whoever adds cases sees it at the first run */
    for (size_t f = 0; f < n_families; f++)
        for (size_t c = 0; c < FAMILIES[f]->n; c++)
            all[n_all++] = FAMILIES[f]->cases[c];
    for (size_t p = 0; p < n; p++)
        for (int wide = 0; wide < 2; wide++) {
            kbit_case *c = &all[n_all++];
            *c = (kbit_case){.what = presets[p].source,
                             .M = wide ? 128 : 48,
                             .N = wide ? 768 : 96,
                             .K = wide ? 2048 : 512,
                             .x_type = KBIT_F16,
                             .out_type = KBIT_F16,
                             .threshold = 6,
                             .bias = true,
                             .chained = true,
                             .level = level_of(&presets[p], wide, p == 0 || p + 1 == n),
                             .preset = &presets[p],
                             .fill = kbit_case_fill_random};
            snprintf(c->name, sizeof c->name, "outliers-%s%s", presets[p].name,
                     wide ? "-wide" : "");
        }
}

const kbit_case *kbit_cases(size_t *count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, build);
    *count = n_all;
    return all;
}
