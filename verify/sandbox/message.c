#include "message.h"

#include <math.h>
#include <string.h>

void kbit_message_line(char *text, size_t size)
{
    text[size - 1] = '\0';
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
}

bool kbit_message_hello(kbit_run_hello *hello, size_t size)
{
    if (size != sizeof *hello || hello->protocol != KBIT_PROTOCOL ||
        hello->status > (uint32_t)KBIT_ERR_FORMAT)
        return false;
    kbit_message_line(hello->name, sizeof hello->name);
    kbit_message_line(hello->declares, sizeof hello->declares);
    kbit_message_line(hello->steps, sizeof hello->steps);
    kbit_message_line(hello->error, sizeof hello->error);
    return true;
}

bool kbit_message_reply(kbit_run_reply *reply, size_t size, const kbit_run_request *request)
{
    if (size != sizeof *reply || reply->protocol != KBIT_PROTOCOL || reply->call != request->call)
        return false;
    kbit_message_line(reply->changed, sizeof reply->changed);
    kbit_message_line(reply->error, sizeof reply->error);
    if (!(reply->seconds >= 0) || isinf(reply->seconds))
        reply->seconds = 0;
    return true;
}

void kbit_message_box(kbit_run_box *box)
{
    kbit_message_line(box->step, sizeof box->step);
}
