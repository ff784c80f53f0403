/* product_files.h -- an int8 product judged where its three tensors lie: in files. */
#ifndef KBIT_VERIFY_PRODUCT_FILES_H
#define KBIT_VERIFY_PRODUCT_FILES_H

#include "io/manifest.h"
#include "step.h"

/* Judges the folder of an int8_matmul case by kbit_certify_stream(): the files are read in blocks,
 * so that memory does not grow with them. Of judging only one_element, row, column and key count. A
 * product that must be refused is a MISMATCH, as it is where tensors are in memory. */
kbit_status kbit_judge_product_files(const char *folder, const kbit_manifest *manifest,
                                     const kbit_judging *judging, kbit_verdict *verdict,
                                     kbit_error *error);

#endif
