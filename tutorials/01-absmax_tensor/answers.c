/* answers.c -- checks the answers to the exercises. None of them is written down here: they are
 * computed, or, where many are right, a given one is tested. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kbit.h"

#define MOST_ANSWERS 4

static int8_t code(float x, float a)
{
    int8_t q = 0;

    if (kbit_quantize_rows(1, 1, &x, &a, 0, NULL, KBIT_THRESHOLD_OFF, &q) != KBIT_OK)
        fprintf(stderr, "answers: kbit refused %a with absmax %a\n", x, a);
    return q;
}

/* Exercise 1: the codes of four numbers. */
static void codes_by_hand(double answer[])
{
    static const float x[] = {0.5f, -1.0f, 0.25f, 2.0f};

    for (size_t k = 0; k < 4; k++)
        answer[k] = code(x[k], 2.0f);
}

/* Exercise 2: the smallest whole outlier beside which 0.30 gets code 0. */
static void drowning_outlier(double answer[])
{
    float outlier = 1;

    while (code(0.30f, outlier) != 0)
        outlier++;
    answer[0] = outlier;
}

/* Exercise 3: how many fp16 numbers 0 < x <= 1 get code 0, and how many get code 127, if a = 1. */
static void fp16_numbers_a_code(double answer[])
{
    answer[0] = answer[1] = 0;
    for (uint16_t bits = 1; bits <= 0x3c00; bits++) { /* the encodings of (0, 1], in order */
        int8_t q = code(kbit_f16_to_f32((kbit_f16){bits}), 1.0f);

        answer[0] += q == 0;
        answer[1] += q == 127;
    }
}

/* Exercise 4: floats x and a, 0 < x <= a, where fp32 arithmetic picks a code that is not the
 * nearest: 2 |127 x - a q| > a, which double decides without rounding. */
static bool is_misrounded(double x, double a)
{
    if (!(0 < x && x <= a && a <= 0x1p100) || x < 0x1p-100 || (float)x != x || (float)a != a)
        return false;
    return 2 * fabs(127 * x - a * code((float)x, (float)a)) > a;
}

static void find_misrounded(double answer[])
{
    double a = 1e6, x = 1;

    while (!is_misrounded(x, a))
        x++;
    answer[0] = x;
    answer[1] = a;
}

static const struct {
    int answers;
    void (*solve)(double answer[]);
    bool (*accept)(double x, double a); /* NULL: only what solve() gives is right */
} exercises[] = {
    {4, codes_by_hand, NULL},
    {1, drowning_outlier, NULL},
    {2, fp16_numbers_a_code, NULL},
    {2, find_misrounded, is_misrounded},
};
static const int n_exercises = sizeof exercises / sizeof *exercises;

static int usage(void)
{
    fprintf(stderr, "usage: answers EXERCISE NUMBER...\n"
                    "       answers EXERCISE --solution\n"
                    "       answers --list\n");
    return 2;
}

int main(int argc, char **argv)
{
    double right[MOST_ANSWERS], given[MOST_ANSWERS];
    bool all_right = true;

    if (argc == 2 && !strcmp(argv[1], "--list")) {
        for (int e = 1; e <= n_exercises; e++)
            printf("%d\n", e);
        return 0;
    }
    int chosen = argc > 2 ? atoi(argv[1]) : 0;
    if (chosen < 1 || chosen > n_exercises)
        return usage();
    int n = exercises[chosen - 1].answers;
    if (!strcmp(argv[2], "--solution")) {
        exercises[chosen - 1].solve(right);
        for (int k = 0; k < n; k++)
            printf("%.9g%c", right[k], k + 1 < n ? ' ' : '\n');
        return 0;
    }
    if (argc - 2 != n) {
        fprintf(stderr, "answers: exercise %d asks for %d number%s\n", chosen, n,
                n == 1 ? "" : "s");
        return 2;
    }
    for (int k = 0; k < n; k++) {
        char *end;

        given[k] = strtod(argv[k + 2], &end);
        if (end == argv[k + 2] || *end) {
            fprintf(stderr, "answers: '%s' is not a number\n", argv[k + 2]);
            return 2;
        }
    }
    if (exercises[chosen - 1].accept) {
        all_right = exercises[chosen - 1].accept(given[0], given[1]);
        printf("%s\n", all_right ? "right" : "not such a pair");
        return !all_right;
    }
    exercises[chosen - 1].solve(right);
    for (int k = 0; k < n; k++) {
        printf("%s: %s\n", argv[k + 2], given[k] == right[k] ? "right" : "wrong");
        all_right = all_right && given[k] == right[k];
    }
    return !all_right;
}
