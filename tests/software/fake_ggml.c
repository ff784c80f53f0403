/* fake_ggml.c -- the symbols of ggml that the candidate `ggml` uses, computed plainly. With WRONG one code
 * and one sum are off by one; with BARE there is no symbol to be found. */
#include <math.h>
#include <stdint.h>

typedef struct {
    uint16_t scale;
    int8_t code[32];
} block;

#ifndef BARE
void quantize_row_q8_0_ref(const float *x, block *y, int64_t k)
{
    for (int64_t b = 0; b < k / 32; b++) {
        float most = 0;
        for (int i = 0; i < 32; i++)
            most = fmaxf(most, fabsf(x[32 * b + i]));
        float inverse = most > 0 ? 1 / (most / 127) : 0;
        for (int i = 0; i < 32; i++)
            y[b].code[i] = (int8_t)roundf(x[32 * b + i] * inverse);
    }
#ifdef WRONG
    y[0].code[7]++;
#endif
}

void ggml_vec_dot_q8_0_q8_0_generic(int n, float *s, uint64_t bs, const block *x, uint64_t bx,
                                    const block *y, uint64_t by, int nrc)
{
    (void)bs, (void)bx, (void)by, (void)nrc;
    float sum = 0;
    for (int b = 0; b < n / 32; b++)
        for (int i = 0; i < 32; i++)
            sum += (float)(x[b].code[i] * y[b].code[i]);
#ifdef WRONG
    sum += x[0].code[0] == 127;
#endif
    *s = sum;
}

void ggml_cpu_init(void) {}

const char *ggml_version(void)
{
    return "fake";
}

const void *ggml_get_type_traits_cpu(int type)
{
    static const struct {
        void *from_float, *vec_dot;
    } traits = {(void *)quantize_row_q8_0_ref, (void *)ggml_vec_dot_q8_0_q8_0_generic};
    return type == 8 ? &traits : 0;
}
#else
int nothing(void);
int nothing(void)
{
    return sizeof(block);
}
#endif
