#include "../absmax_rows.cu"
