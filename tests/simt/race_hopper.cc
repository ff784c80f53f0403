#include "race_hopper.cu"
