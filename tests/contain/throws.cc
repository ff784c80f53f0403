// Lets an exception out of the call.
#include <stdexcept>

#include "contain.h"

static kbit_status misbehave(const kbit_call *)
{
    throw std::runtime_error("tile of 0 rows");
}
