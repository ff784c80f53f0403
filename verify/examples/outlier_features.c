/* outlier_features.c -- the paper's outlier analysis (section 4) of hidden states in .npy files.
 *
 *   outlier_features LAYER.npy...     one matrix [positions, dims] a layer, all of one shape
 *
 * Prints each dimension that reaches the magnitude in any layer, whether or not it meets the other
 * criteria: what falls short is as much of an answer as what does not. */
#include <stdio.h>
#include <stdlib.h>

#include "io/npy.h"
#include "kbit_baselines.h"

static int refuse(const char *text)
{
    fprintf(stderr, "outlier_features: %s\n", text);
    return 2;
}

static void print(const kbit_outlier_feature *f, size_t dim, size_t layers, size_t positions)
{
    printf("%5zu  %6zu of %zu  %9zu  %8.1f%%  %7s  %7.2f %7.2f %7.2f  %s\n", dim, f->layers, layers,
           f->positions, 100.0 * (double)f->positions / (double)(f->layers * positions),
           f->sign > 0   ? "+"
           : f->sign < 0 ? "-"
                         : "both",
           (double)f->quartile[0], (double)f->quartile[1], (double)f->quartile[2],
           f->is_outlier ? "outlier feature" : "-");
}

int main(int argc, char **argv)
{
    static const kbit_outlier_criteria CRITERIA = KBIT_OUTLIER_CRITERIA_OF_THE_PAPER;
    size_t layers = (size_t)(argc - 1), found = 0;
    kbit_error error = {KBIT_OK, ""};
    if (argc < 2)
        return refuse("usage: outlier_features LAYER.npy...");
    kbit_array *states = calloc(layers, sizeof *states);
    const float **hidden = calloc(layers, sizeof *hidden);
    if (!states || !hidden)
        return refuse("out of memory");
    for (size_t l = 0; l < layers; l++) {
        if (kbit_npy_read(argv[l + 1], &states[l], &error) != KBIT_OK)
            return refuse(error.text);
        if (states[l].type != KBIT_F32 || states[l].rank != 2 ||
            states[l].dim[0] != states[0].dim[0] || states[l].dim[1] != states[0].dim[1]) {
            kbit_fail(&error, KBIT_ERR_SHAPE, "%s: an f32 matrix of the first file's shape is due",
                      argv[l + 1]);
            return refuse(error.text);
        }
        hidden[l] = states[l].data;
    }
    size_t positions = states[0].dim[0], dims = states[0].dim[1];
    kbit_outlier_feature *features = calloc(dims ? dims : 1, sizeof *features);
    if (!features)
        return refuse("out of memory");
    kbit_status status =
        kbit_outlier_features(layers, positions, dims, hidden, CRITERIA, features, &found);
    if (status != KBIT_OK)
        return refuse(kbit_status_string(status));

    printf("# %zu layers, %zu positions, %zu dimensions: %zu outlier features (magnitude >= %g in "
           "%u%% of "
           "layers and %u%% of their positions)\n",
           layers, positions, dims, found, (double)CRITERIA.magnitude, CRITERIA.layers_percent,
           CRITERIA.positions_percent);
    printf("# dim     layers  positions      share     sign  quartiles\n");
    for (size_t d = 0; d < dims; d++)
        if (features[d].layers > 0)
            print(&features[d], d, layers, positions);
    for (size_t l = 0; l < layers; l++)
        kbit_array_free(&states[l]);
    free(features);
    free(hidden);
    free(states);
    return fflush(stdout) == 0 ? 0 : 2;
}
