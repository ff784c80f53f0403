/* Descriptions that no candidate may give of itself; the variant says which. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kbit_candidate.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    (void)call;
    return KBIT_ERR_UNSUPPORTED;
}

static kbit_op ops[] = {{"store", run, NULL, NULL}, {"dequantize", run, NULL, NULL}};
static kbit_candidate_v1 me = {KBIT_CANDIDATE_ABI, sizeof me, "described", "", ops, 2};
static char long_text[600];

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    memset(long_text, 'x', sizeof long_text - 1);
    if (!variant)
        return NULL;
    if (strcmp(variant, "abi-99") == 0)
        me.abi = 99;
    else if (strcmp(variant, "abi-0") == 0)
        me.abi = 0;
    else if (strcmp(variant, "small") == 0)
        me.size = 8;
    else if (strcmp(variant, "no-name") == 0)
        me.name = NULL;
    else if (strcmp(variant, "no-declares") == 0)
        me.declares = NULL;
    else if (strcmp(variant, "no-ops") == 0)
        me.ops = NULL;
    else if (strcmp(variant, "no-step") == 0)
        ops[1].step = NULL;
    else if (strcmp(variant, "no-run") == 0)
        ops[1].run = NULL;
    else if (strcmp(variant, "twice") == 0)
        ops[1].step = "store";
    else if (strcmp(variant, "misspelt") == 0)
        ops[1].step = "dequantise";
    else if (strcmp(variant, "blank") == 0)
        ops[1].step = "store dequantize";
    else if (strcmp(variant, "long-step") == 0)
        ops[1].step = long_text;
    else if (strcmp(variant, "long-declares") == 0)
        me.declares = long_text;
    else if (strcmp(variant, "unknown-declares") == 0)
        me.declares = "atol=1";
    else if (strcmp(variant, "many") == 0)
        me.n_ops = (size_t)-1;
    else if (strcmp(variant, "wild-ops") == 0)
        me.ops = (const kbit_op *)(uintptr_t)0x1234567890;
    else if (strcmp(variant, "wild-name") == 0)
        me.name = (const char *)(uintptr_t)0x10;
    else if (strcmp(variant, "exits") == 0)
        exit(0);
    else if (strcmp(variant, "hangs") == 0)
        for (;;)
            pause();
    else if (strcmp(variant, "wild-return") == 0)
        return (const kbit_candidate_v1 *)(uintptr_t)0x7777777777;
    return &me;
}
