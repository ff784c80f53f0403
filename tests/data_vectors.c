/* data_vectors -- prints vectors.h the way reference/data/README.md shows it. */
#include <stdio.h>

#include "data/vectors.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void print_values(const char *name, size_t n, const kbit_value_vector *vectors)
{
    for (size_t v = 0; v < n; v++)
        printf("%s %llu %llu %llu %d\n", name, (unsigned long long)vectors[v].seed,
               (unsigned long long)vectors[v].tensor, (unsigned long long)vectors[v].index,
               vectors[v].value);
}

static void print_tensor(const char *name, size_t n, const int32_t *values)
{
    fputs(name, stdout);
    for (size_t i = 0; i < n; i++)
        printf(" %d", values[i]);
    putchar('\n');
}

int main(void)
{
    for (size_t v = 0; v < COUNT(KBIT_HASH_VECTORS); v++)
        printf("hash %llu %llu %llu 0x%016llx\n", (unsigned long long)KBIT_HASH_VECTORS[v].seed,
               (unsigned long long)KBIT_HASH_VECTORS[v].tensor,
               (unsigned long long)KBIT_HASH_VECTORS[v].index,
               (unsigned long long)KBIT_HASH_VECTORS[v].hash);
    print_values("normal", COUNT(KBIT_NORMAL_VECTORS), KBIT_NORMAL_VECTORS);
    print_values("code", COUNT(KBIT_CODE_VECTORS), KBIT_CODE_VECTORS);
    print_tensor("f16 13b", COUNT(KBIT_ACTIVATIONS_13B_F16), KBIT_ACTIVATIONS_13B_F16);
    print_tensor("bf16 gpt2-762m", COUNT(KBIT_ACTIVATIONS_GPT2_762M_BF16),
                 KBIT_ACTIVATIONS_GPT2_762M_BF16);
    return 0;
}
