/* outlier_features.c -- which feature dimensions of a model are outlier features? */
#include "baselines/scaled_matmul.h"

static int compare_floats(const void *left, const void *right)
{
    float a = *(const float *)left, b = *(const float *)right;

    return (a > b) - (a < b);
}

/* The value below which a quarter, a half, three quarters of the sorted values lie, by linear
 * interpolation between neighbours: position part (n - 1) / 4 counted from 0. */
static float quartile_of(size_t n, const float *sorted, size_t part)
{
    size_t quarters = part * (n - 1);
    size_t below = quarters / 4;
    double fraction = (double)(quarters % 4) / 4;

    if (quarters % 4 == 0)
        return sorted[below];
    return (float)((1 - fraction) * (double)sorted[below] + fraction * (double)sorted[below + 1]);
}

/* part / whole >= percent / 100, in integers. Nothing is no share of nothing. */
static bool is_share(size_t part, size_t whole, unsigned percent)
{
    return whole > 0 && (unsigned __int128)part * 100 >= (unsigned __int128)whole * percent;
}

/* One dimension. found has room for all its values. */
static kbit_outlier_feature examine(size_t layers, size_t positions, size_t dims, size_t dim,
                                    const float *const *hidden, kbit_outlier_criteria criteria,
                                    float *found)
{
    kbit_outlier_feature feature = {0};
    size_t positive = 0;

    for (size_t l = 0; l < layers; l++) {
        size_t before = feature.positions;

        for (size_t s = 0; s < positions; s++) {
            float value = hidden[l][s * dims + dim];

            if (fabsf(value) >= criteria.magnitude) {
                found[feature.positions++] = value;
                positive += !signbit(value);
            }
        }
        feature.layers += feature.positions > before;
    }
    feature.is_outlier =
        is_share(feature.layers, layers, criteria.layers_percent) &&
        is_share(feature.positions, feature.layers * positions, criteria.positions_percent);
    if (feature.positions > 0) {
        feature.sign = positive == feature.positions ? 1 : positive == 0 ? -1 : 0;
        qsort(found, feature.positions, sizeof *found, compare_floats);
        for (size_t q = 0; q < 3; q++)
            feature.quartile[q] = quartile_of(feature.positions, found, q + 1);
    }
    return feature;
}

/* Computes: for each feature dimension how many layers and (layer, position) pairs hold a value
 *   of at least criteria.magnitude, whether these have one sign, their quartiles, and whether
 *   the dimension is an outlier feature: its layers are at least layers_percent of all layers,
 *   its values at least positions_percent of the positions of those layers.
 * Shapes: hidden [layers] pointers, each to [positions, dims]; features [dims].
 * Units: layers and positions are counts; quartiles are in the units of hidden.
 * Error bound: counts, shares and sign exact; a quartile between two values is rounded to float.
 * Assumptions: each hidden[l] is a hidden state that feeds a projection, that is, after its
 *   layer normalization; the paper looks at the inputs of the attention projections and of the
 *   first feed-forward layer.
 * Errors: KBIT_ERR_SHAPE (a size overflows), _NULL, _RANGE (a criterion, or a value that is not
 *   finite), _MEMORY.
 * Source: LLM.int8(), section 4.1 and appendix C, Table 4: magnitude 6.0, 25% of layers, 6% of
 *   positions.
 * Deviations: section 3.2 has "larger than" alpha, 4.1 "at least 6.0": at least. "6% of all
 *   sequence dimensions across all hidden states" may mean all layers or the layers affected;
 *   Dettmers' talk multiplies the two columns of Table 4 to get the share of all positions, so:
 *   the layers affected. positions / (layers in all * positions) is the other reading. The paper
 *   does not say how quartiles interpolate.
 */
kbit_status kbit_outlier_features(size_t layers, size_t positions, size_t dims,
                                  const float *const *hidden, kbit_outlier_criteria criteria,
                                  kbit_outlier_feature *features, size_t *n_outliers)
{
    if (too_large(positions, dims) || too_large(layers, positions))
        return KBIT_ERR_SHAPE;
    if (missing(hidden, 1, layers) || missing(features, 1, dims) || n_outliers == NULL)
        return KBIT_ERR_NULL;
    if (!(criteria.magnitude >= 0) || isinf(criteria.magnitude) || criteria.layers_percent > 100 ||
        criteria.positions_percent > 100)
        return KBIT_ERR_RANGE;
    for (size_t l = 0; l < layers; l++) {
        if (missing(hidden[l], positions, dims))
            return KBIT_ERR_NULL;
        for (size_t i = 0; i < positions * dims; i++)
            if (!isfinite(hidden[l][i]))
                return KBIT_ERR_RANGE;
    }

    float *found = allocate(layers, positions, sizeof *found);
    if (found == NULL)
        return KBIT_ERR_MEMORY;
    *n_outliers = 0;
    for (size_t dim = 0; dim < dims; dim++) {
        features[dim] = examine(layers, positions, dims, dim, hidden, criteria, found);
        *n_outliers += (size_t)features[dim].is_outlier;
    }
    free(found);
    return KBIT_OK;
}
