/* launch_log.h -- inside the execution layer: which kernels a program can launch, and which it did. */
#ifndef KBIT_SIMT_LAUNCH_LOG_H
#define KBIT_SIMT_LAUNCH_LOG_H

#include "runtime.h"

namespace simt
{
/* Where KBIT_SIMT_LAUNCHES names a file: adds to it a line for each launch site that was never seen
 * under these options, and at the first launch of a process all that there are. */
void log_launch(const LaunchSite &, const Options &);
} // namespace simt

#endif
