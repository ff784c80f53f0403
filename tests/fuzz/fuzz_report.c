/* fuzz_report.c -- kbit_report_parse(), of kbit merge: what is accepted can be written in every
 * format, and read again it gives the same report. */
#include "fuzz.h"
#include "report.h"

/* The report as `format`; the caller frees it. */
static char *written(const kbit_report *report, const kbit_report_about *about, kbit_format format,
                     size_t *size)
{
    char *text = NULL;
    FILE *memory = open_memstream(&text, size);
    FUZZ_REQUIRE(memory && kbit_report_write(report, about, format, memory));
    FUZZ_REQUIRE(fclose(memory) == 0 && text);
    return text;
}

static void printable(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        FUZZ_REQUIRE(text[i] == '\n' || ((unsigned char)text[i] >= 0x20 && text[i] != 0x7f));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kbit_report_file file, again;
    kbit_error error = {KBIT_OK, ""};
    kbit_report *report = kbit_report_new(), *second = kbit_report_new();
    size_t sizes[2], other;

    FUZZ_REQUIRE(report && second);
    kbit_status status = kbit_report_parse(data, size, "input", &file, report, &error);
    if (status) {
        fuzz_refused(status, &error);
        FUZZ_REQUIRE(!file.texts && !file.version);
    } else {
        char *first = written(report, &file.about, KBIT_FORMAT_JSON, &sizes[0]);
        FUZZ_REQUIRE(kbit_report_parse(first, sizes[0], "again", &again, second, &error) ==
                     KBIT_OK);
        char *twice = written(second, &again.about, KBIT_FORMAT_JSON, &sizes[1]);
        FUZZ_REQUIRE(sizes[0] == sizes[1] && memcmp(first, twice, sizes[0]) == 0);
        FUZZ_REQUIRE(kbit_report_exit(report) == kbit_report_exit(second));
        kbit_report_sort(report);
        FUZZ_REQUIRE(kbit_report_complete(report));
        for (kbit_format format = KBIT_FORMAT_TEXT; format <= KBIT_FORMAT_HTML; format++) {
            char *text = written(report, &file.about, format, &other);
            printable(text, other);
            free(text);
        }
        free(first);
        free(twice);
        kbit_report_file_close(&again);
        kbit_report_file_close(&file);
    }
    kbit_report_free(report);
    kbit_report_free(second);
    return 0;
}
