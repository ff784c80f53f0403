#include "hint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool hinted(const kbit_step *step)
{
    return step == &kbit_step_quantize_rows || step == &kbit_step_absmax_rows ||
           step == &kbit_step_store;
}

/* Whether the step's judge reads this key. */
static bool reads(const kbit_declared_row *row, const char *stem)
{
    const char *at = strstr(row->steps, stem);
    const size_t length = strlen(stem);
    return at && (at == row->steps || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0');
}

/* Whether the output is admissible under these declarations. */
static bool admits(const kbit_step *step, const kbit_judging *judging,
                   const kbit_declared *declared, kbit_verdict *room)
{
    kbit_judging other = *judging;
    other.declared = declared;
    other.one_element = false;
    return kbit_step_judge(step, &other, room, NULL) == KBIT_OK && room->result == KBIT_ADMISSIBLE;
}

void kbit_hint(const kbit_step *step, const kbit_judging *judging, kbit_verdict *verdict)
{
    const kbit_declared_row *rows;
    const size_t n = kbit_declared_rows(&rows);
    if (verdict->result != KBIT_MISMATCH || verdict->note[0] || !hinted(step))
        return;
    kbit_verdict *room = calloc(1, sizeof *room);
    char found[160] = "";
    for (size_t r = 0; room && r < n; r++) {
        const char *value = rows[r].values;
        for (int index = 0; reads(&rows[r], step->stem); index++) {
            kbit_declared declared = *judging->declared;
            int *field = (int *)(void *)((char *)&declared + rows[r].offset);
            const size_t length = strcspn(value, "|"), used = strlen(found);
            /* "any" is said only where nothing definite fits */
            const bool skip = *field == index || (used && strncmp(value, "any", 3) == 0);
            *field = index;
            if (!skip && admits(step, judging, &declared, room))
                snprintf(found + used, sizeof found - used, "%s%s=%.*s", used ? " or " : "",
                         rows[r].key, (int)length, value);
            if (!value[length])
                break;
            value += length + 1;
        }
    }
    free(room);
    if (*found)
        snprintf(verdict->note, sizeof verdict->note,
                 "hint: this output is what %s gives; a candidate that computes so declares it "
                 "(--declare)",
                 found);
}
