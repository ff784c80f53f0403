#include "hint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool hinted(const kbit_step *step)
{
    return step == &kbit_step_quantize_rows || step == &kbit_step_absmax_rows ||
           step == &kbit_step_store || step->group;
}

/* Whether the output is admissible under these declarations. A call that they refuse has no judgement. */
static kbit_status judge_under(const kbit_step *step, const kbit_judging *judging,
                               const kbit_declared *declared, kbit_verdict *room, bool *admits,
                               kbit_error *error)
{
    kbit_judging other = *judging;
    other.declared = declared;
    other.one_element = false;
    *admits = false;
    kbit_status status = step->refuses ? step->refuses(judging->call, declared, NULL) : KBIT_OK;
    if (status == KBIT_ERR_MEMORY)
        return kbit_fail(error, status, "%s: out of memory", step->stem);
    if (status != KBIT_OK)
        return KBIT_OK;
    status = kbit_step_judge(step, &other, room, error);
    *admits = status == KBIT_OK && room->result == KBIT_ADMISSIBLE;
    return status;
}

/* Appends "key=value" for the values of one key that admit the output; "any" only where nothing
 * definite does. */
static kbit_status try_key(const kbit_step *step, const kbit_judging *judging,
                           const kbit_declared_row *row, kbit_verdict *room, char *found,
                           size_t size, kbit_error *error)
{
    kbit_status status = KBIT_OK;
    const char *value = row->values;
    for (int index = 0; status == KBIT_OK; index++) {
        kbit_declared declared = *judging->declared;
        int *field = (int *)(void *)((char *)&declared + row->offset);
        const size_t length = strcspn(value, "|"), used = strlen(found);
        bool admits = false;
        if (*field != index && !(used && strncmp(value, "any", 3) == 0)) {
            *field = index;
            status = judge_under(step, judging, &declared, room, &admits, error);
        }
        if (admits)
            snprintf(found + used, size - used, "%s%s=%.*s", used ? " or " : "", row->key,
                     (int)length, value);
        if (!value[length])
            break;
        value += length + 1;
    }
    return status;
}

kbit_status kbit_hint(const kbit_step *step, const kbit_judging *judging, kbit_verdict *verdict,
                      kbit_error *error)
{
    const kbit_declared_row *rows;
    const size_t n = kbit_declared_rows(&rows);
    if (verdict->result != KBIT_MISMATCH || verdict->note[0] || !hinted(step))
        return KBIT_OK;
    kbit_verdict *room = calloc(1, sizeof *room);
    if (!room)
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", step->stem);
    char found[160] = "";
    kbit_status status = KBIT_OK;
    for (size_t r = 0; r < n && status == KBIT_OK; r++)
        if (kbit_declared_reads(&rows[r], step->stem))
            status = try_key(step, judging, &rows[r], room, found, sizeof found, error);
    free(room);
    if (status == KBIT_OK && *found)
        snprintf(verdict->note, sizeof verdict->note,
                 "hint: this output is what %s gives; a candidate that computes so declares it "
                 "(--declare; %s:KEY=VALUE for this step alone)",
                 found, step->stem);
    return status;
}
