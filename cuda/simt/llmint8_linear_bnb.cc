#include "../llmint8_linear_bnb.cu"
