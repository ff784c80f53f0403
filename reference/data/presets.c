/* presets.c -- what has been published of the outlier features of real models.
 *
 * Rows with "Table 4" are Table 4 of LLM.int8() (arXiv 2208.07339, appendix C): number of outlier
 * feature dimensions, how many are one-sided, share of sequence positions (SDims), quartiles of the
 * commonest. The two largest models are not in that table, nor anywhere in the paper's text; their
 * source field says where each figure comes from.
 */
#include <string.h>

#include "kbit_data.h"

#define TABLE_4 "LLM.int8(), Table 4"

static const kbit_outlier_preset PRESETS[] = {
    {"gpt2-117m", TABLE_4, 1, 1, 60, {-8, -7, -6}},
    {"gpt2-345m", TABLE_4, 2, 1, 180, {6, 7, 8}},
    {"125m", TABLE_4, 2, 2, 220, {-40, -23, -11}},
    {"gpt2-762m", TABLE_4, 2, 0, 160, {-9, -6, 9}},
    {"gpt2-1.5b", TABLE_4, 2, 1, 350, {-11, -9, -7}},
    {"1.3b", TABLE_4, 4, 3, 470, {-33, -21, -11}},
    {"2.7b", TABLE_4, 5, 5, 180, {-25, -16, -9}},
    {"6b", TABLE_4 " (GPT-J)", 6, 6, 280, {-21, -17, -14}},
    {"6.7b", TABLE_4, 6, 6, 750, {-44, -40, -35}},
    {"13b", TABLE_4, 7, 6, 730, {-63, -58, -45}},
    {"66b",
     "Dettmers' talk on 8-bit methods, slide on hidden states: 75 %, values -95, -113, -87, here "
     "put "
     "in order; the number of dimensions was not published, 13b's stands in",
     7,
     6,
     750,
     {-113, -95, -87}},
    {"175b", "no figure was published: 66b repeated", 7, 6, 750, {-113, -95, -87}},
};

size_t kbit_outlier_presets(const kbit_outlier_preset **presets)
{
    *presets = PRESETS;
    return sizeof PRESETS / sizeof PRESETS[0];
}

const kbit_outlier_preset *kbit_outlier_preset_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof PRESETS / sizeof PRESETS[0]; i++)
        if (strcmp(name, PRESETS[i].name) == 0)
            return &PRESETS[i];
    return NULL;
}
