/* figure.c -- draws figure.svg: the example on the number line with its codes, and the error of
 * each element. The output is the same on every machine. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "kbit_baselines.h"
#include "example.h"

enum { WIDTH = 760, HEIGHT = 385, LEFT = 40, RIGHT = 720, LINE = 110, FLOOR = 345, UNIT = 130 };

/* Where x lies on the number line from -a to a. */
static double across(double x, double a)
{
    return LEFT + (RIGHT - LEFT) * (x / a + 1) / 2;
}

static void text(double x, double y, const char *anchor, const char *colour, const char *words)
{
    printf("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n", x, y, anchor,
           colour, words);
}

static void line(double x1, double y1, double x2, double y2, const char *style)
{
    printf("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, style);
}

/* x above the line, its code below. */
static void mark(float x, float a, int q, const char *x_colour, const char *q_colour)
{
    char words[32];

    snprintf(words, sizeof words, "%.7g", x);
    text(across(x, a), LINE - 14, "middle", x_colour, words);
    snprintf(words, sizeof words, "%d", q);
    text(across(x, a), LINE + 24, "middle", q_colour, words);
}

static bool seen_before(size_t k)
{
    for (size_t j = 0; j < k; j++)
        if (example[j] == example[k])
            return true;
    return false;
}

static void draw_number_line(float a, const int8_t *q)
{
    text(LEFT, 50, "start", "#1f2328", "the values x, and below the line their codes q");
    for (int code = -127; code <= 127; code++) {
        double at = across(code * (double)a / 127, a);

        line(at, LINE - 5, at, LINE + 5, "stroke=\"#b0b7bf\"");
    }
    line(LEFT, LINE, RIGHT, LINE, "stroke=\"#57606a\"");
    mark(-a, a, -127, "#57606a", "#57606a");
    mark(0, a, 0, "#57606a", "#57606a");
    for (size_t k = 0; k < EXAMPLE_SIZE; k++) {
        if (seen_before(k))
            continue;
        printf("<circle cx=\"%.1f\" cy=\"%d\" r=\"4\" fill=\"#0550ae\"/>\n", across(example[k], a),
               LINE);
        mark(example[k], a, q[k], "#0550ae", "#953800");
    }
}

static void draw_errors(float a, const int8_t *q)
{
    char words[32];

    text(LEFT, 190, "start", "#1f2328", "error of each element, in half steps (a / 254)");
    line(LEFT, FLOOR, RIGHT, FLOOR, "stroke=\"#57606a\"");
    line(LEFT, FLOOR - UNIT, RIGHT, FLOOR - UNIT, "stroke=\"#cf222e\" stroke-dasharray=\"6 4\"");
    text(LEFT, FLOOR - UNIT - 6, "start", "#cf222e", "no error is larger than 1");
    for (size_t k = 0; k < EXAMPLE_SIZE; k++) {
        double error = 2 * fabs(127 * (double)example[k] - (double)a * q[k]) / a;
        double at = LEFT + (RIGHT - LEFT) * (k + 0.5) / EXAMPLE_SIZE;

        printf("<rect x=\"%.1f\" y=\"%.1f\" width=\"48\" height=\"%.1f\" fill=\"#953800\"/>\n",
               at - 24, FLOOR - UNIT * error, UNIT * error);
        snprintf(words, sizeof words, "%.3f", error);
        if (UNIT * error > 20) /* there is room for the number in the bar */
            text(at, FLOOR - UNIT * error + 16, "middle", "#ffffff", words);
        else
            text(at, FLOOR - UNIT * error - 5, "middle", "#953800", words);
        snprintf(words, sizeof words, "%.7g", example[k]);
        text(at, FLOOR + 20, "middle", "#0550ae", words);
    }
}

int main(void)
{
    float a;
    int8_t q[EXAMPLE_SIZE];

    if (kbit_absmax_tensor(1, EXAMPLE_SIZE, example, &a) != KBIT_OK ||
        kbit_quantize_rows(1, EXAMPLE_SIZE, example, &a, 0, NULL, KBIT_THRESHOLD_OFF, q) != KBIT_OK)
        return 1;
    printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d "
           "%d\" role=\"img\" aria-labelledby=\"title desc\" font-family=\"sans-serif\" "
           "font-size=\"13\">\n",
           WIDTH, HEIGHT, WIDTH, HEIGHT);
    printf("<title id=\"title\">Absmax quantization of eight numbers</title>\n<desc id=\"desc\">");
    printf("A number line from -%.7g to %.7g with 255 equally spaced ticks, one a code. ", a, a);
    for (size_t k = 0; k < EXAMPLE_SIZE; k++)
        printf("%.7g has code %d. ", example[k], q[k]);
    printf("Below it, the error of each as a bar; none is higher than half a step.</desc>\n");
    printf("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", WIDTH, HEIGHT);
    draw_number_line(a, q);
    draw_errors(a, q);
    printf("</svg>\n");
    return 0;
}
