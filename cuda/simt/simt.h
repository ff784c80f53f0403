/* simt.h -- CUDA C++ on the CPU: everything that a .cu file may use. See README.md here. */
#ifndef KBIT_SIMT_SIMT_H
#define KBIT_SIMT_SIMT_H

#include "types.h"
#include "half.h"
#include "runtime.h"
#include "warp.h"
#include "intrinsics.h"
#include "atomics.h"
#include "stream.h"

#endif
