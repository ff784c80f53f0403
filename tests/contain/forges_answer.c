/* Answers the referee before it has computed. */
#include "contain.h"

#include "protocol.h"

#include <sys/socket.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    kbit_run_reply reply;
    memset(&reply, 0, sizeof reply);
    reply.protocol = KBIT_PROTOCOL;
    send(3, &reply, sizeof reply, 0);
    return KBIT_OK;
}
