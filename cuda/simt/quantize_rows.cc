#include "../quantize_rows.cu"
