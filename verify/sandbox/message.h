/* message.h -- the records of a candidate's process, of which nothing is believed: the candidate can
 * write to the same socket. */
#ifndef KBIT_VERIFY_SANDBOX_MESSAGE_H
#define KBIT_VERIFY_SANDBOX_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol.h"

/* Whether `size` bytes in *hello are a hello; its texts are ended and made printable. */
bool kbit_message_hello(kbit_run_hello *hello, size_t size);

/* Whether `size` bytes in *reply answer the request; its texts are ended and made printable. */
bool kbit_message_reply(kbit_run_reply *reply, size_t size, const kbit_run_request *request);

/* Makes one printable line of text that was ended somewhere below size. UTF-8 is left. */
void kbit_message_line(char *text, size_t size);

/* The same of what was read from the shared page. */
void kbit_message_box(kbit_run_box *box);

#endif
