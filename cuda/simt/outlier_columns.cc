#include "../outlier_columns.cu"
