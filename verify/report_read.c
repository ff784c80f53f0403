/* report_read.c -- a JSON report read back. A report is believed in nothing: a member that is
 * missing, of another type or out of range is an error that names the file and the member. */
#include "report.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One object of the file, and what was wrong with it first. */
typedef struct {
    const char *path;
    const json_t *object;
    const char *wrong; /* the member's name, or NULL */
} reader;

static const char *text_of(reader *r, const char *key)
{
    const char *text = json_string_value(json_object_get(r->object, key));
    bool good = text != NULL;
    for (const char *p = text; good && *p; p++) /* nothing that a terminal would obey */
        good = (unsigned char)*p >= 0x20 && *p != 0x7f;
    if (!good && !r->wrong)
        r->wrong = key;
    return good ? text : "";
}

/* A text, or null. */
static const char *text_or_null(reader *r, const char *key)
{
    return json_is_null(json_object_get(r->object, key)) ? NULL : text_of(r, key);
}

static size_t count_of(reader *r, const char *key)
{
    const json_t *number = json_object_get(r->object, key);
    if ((!json_is_integer(number) || json_integer_value(number) < 0) && !r->wrong)
        r->wrong = key;
    return (size_t)json_integer_value(number);
}

static uint64_t seed_of(reader *r)
{
    const char *text = text_of(r, "seed");
    char *end;
    errno = 0;
    unsigned long long seed = strtoull(text, &end, 10);
    if ((*text < '0' || *text > '9' || *end || errno) && !r->wrong)
        r->wrong = "seed";
    return seed;
}

static void copy_of(reader *r, const char *key, char *into, size_t size)
{
    const char *text = text_of(r, key);
    const size_t length = strlen(text);
    if (length < size)
        memcpy(into, text, length + 1);
    else if (!r->wrong)
        r->wrong = key;
}

static const char *mode_name(unsigned mode)
{
    return kbit_mode_name((kbit_mode)mode);
}

static const char *kind_name(unsigned kind)
{
    return kbit_kind_name((kbit_kind)kind);
}

static const char *result_name(unsigned result)
{
    return kbit_result_name((kbit_result)result);
}

/* The value up to `last` that is called by the member's text. */
static unsigned value_of(reader *r, const char *key, const char *(*name)(unsigned), unsigned last)
{
    const char *text = text_of(r, key);
    for (unsigned value = 0; value <= last; value++)
        if (strcmp(name(value), text) == 0)
            return value;
    if (!r->wrong)
        r->wrong = key;
    return 0;
}

static double ratio_of(reader *r)
{
    const json_t *ratio = json_object_get(r->object, "err_over_bound");
    const char *text = json_string_value(ratio);
    if (json_is_null(ratio))
        return -1;
    if (text && strcmp(text, "inf") == 0)
        return INFINITY;
    if (!json_is_number(ratio) && !r->wrong)
        r->wrong = "err_over_bound";
    return json_number_value(ratio);
}

static void read_mismatches(reader *r, kbit_verdict *v)
{
    const json_t *list = json_object_get(r->object, "mismatches");
    if ((!json_is_array(list) || json_array_size(list) > KBIT_MISMATCHES_KEPT) && !r->wrong)
        r->wrong = "mismatches";
    for (size_t m = 0; !r->wrong && m < json_array_size(list); m++) {
        reader one = {r->path, json_array_get(list, m), NULL};
        kbit_mismatch *bad = &v->kept[v->n_kept++];
        bad->tensor = text_of(&one, "tensor");
        bad->row = count_of(&one, "row");
        bad->column = count_of(&one, "column");
        copy_of(&one, "observed", bad->observed, sizeof bad->observed);
        copy_of(&one, "admissible", bad->admissible, sizeof bad->admissible);
        copy_of(&one, "inputs", bad->inputs, sizeof bad->inputs);
        r->wrong = one.wrong;
    }
}

static void read_sampled(reader *r, kbit_verdict *v)
{
    const json_t *sampled = json_object_get(r->object, "sampled");
    if (json_is_null(sampled))
        return;
    reader part = {r->path, sampled, NULL};
    v->sampled_rows = count_of(&part, "rows");
    v->of_rows = count_of(&part, "of_rows");
    v->sampled_columns = count_of(&part, "columns");
    v->of_columns = count_of(&part, "of_columns");
    if ((part.wrong || v->of_rows == 0) && !r->wrong)
        r->wrong = "sampled";
}

static const char *read_entry(const char *path, const json_t *object, kbit_entry *e)
{
    reader r = {path, object, NULL};
    kbit_verdict *v = &e->verdict;
    memset(e, 0, sizeof *e);
    e->unit = count_of(&r, "unit");
    e->step = kbit_step_find(text_of(&r, "step"));
    if (!e->step && !r.wrong)
        r.wrong = "step";
    copy_of(&r, "case", e->case_name, sizeof e->case_name);
    v->mode = (kbit_mode)value_of(&r, "mode", mode_name, KBIT_FUSED);
    v->result = (kbit_result)value_of(&r, "result", result_name, KBIT_DIRTY);
    if (kbit_judged(v->result))
        v->kind = (kbit_kind)value_of(&r, "verdict", kind_name, KBIT_ENCLOSED);
    else if (!json_is_null(json_object_get(object, "verdict")) && !r.wrong)
        r.wrong = "verdict";
    v->theorem = text_of(&r, "theorem");
    v->elements = count_of(&r, "elements");
    v->checked = count_of(&r, "checked");
    v->rejected = count_of(&r, "rejected");
    v->undecided = count_of(&r, "undecided");
    read_sampled(&r, v);
    v->ratio = ratio_of(&r);
    e->seed = seed_of(&r);
    copy_of(&r, "evidence", v->evidence, sizeof v->evidence);
    copy_of(&r, "note", v->note, sizeof v->note);
    read_mismatches(&r, v);
    return r.wrong;
}

/* The head of the report; the member that is wrong, or NULL. */
static const char *read_about(const char *path, const json_t *root, kbit_report_file *file)
{
    reader r = {path, root, NULL};
    file->version = text_of(&r, "kbit_version");
    file->about = (kbit_report_about){.candidate = text_of(&r, "candidate"),
                                      .name = text_of(&r, "name"),
                                      .declares = text_of(&r, "declares"),
                                      .reproduce = text_or_null(&r, "reproduce"),
                                      .level = text_or_null(&r, "level"),
                                      .selection = text_of(&r, "selection"),
                                      .seed = seed_of(&r)};
    const json_t *shard = json_object_get(root, "shard");
    if (!r.wrong && !json_is_null(shard)) {
        reader part = {path, shard, NULL};
        kbit_report_about *about = &file->about;
        about->shard = count_of(&part, "index");
        about->shards = count_of(&part, "of");
        about->units = count_of(&part, "units");
        const char *by = text_of(&part, "by");
        about->by_rows = strcmp(by, "rows") == 0;
        if (!about->by_rows && strcmp(by, "units") != 0 && !part.wrong)
            part.wrong = "by";
        if (part.wrong || about->shard < 1 || about->shard > about->shards)
            r.wrong = "shard";
    }
    return r.wrong;
}

/* Takes what jansson made of the file, or why it made nothing. */
static kbit_status take(json_t *root, const json_error_t *where, const char *path,
                        kbit_report_file *file, kbit_report *report, kbit_error *error)
{
    memset(file, 0, sizeof *file);
    file->texts = root;
    const char *schema = json_string_value(json_object_get(root, "schema"));
    kbit_status status = KBIT_OK;
    if (!root)
        status =
            kbit_fail(error, KBIT_ERR_FORMAT, "%s: line %d: %s", path, where->line, where->text);
    else if (!schema || strcmp(schema, "kbit-report") != 0)
        status = kbit_fail(error, KBIT_ERR_FORMAT, "%s: not a JSON report of kbit", path);
    else if (json_integer_value(json_object_get(root, "schema_version")) != 1)
        status = kbit_fail(error, KBIT_ERR_FORMAT, "%s: schema_version is not 1", path);
    const char *wrong = status == KBIT_OK ? read_about(path, root, file) : NULL;
    const json_t *list = json_object_get(root, "judgements");
    if (status == KBIT_OK && !wrong && !json_is_array(list))
        wrong = "judgements";
    if (wrong)
        status = kbit_fail(error, KBIT_ERR_FORMAT, "%s: member '%s' is not as kbit writes it", path,
                           wrong);
    for (size_t i = 0; status == KBIT_OK && i < json_array_size(list); i++) {
        kbit_entry entry;
        wrong = read_entry(path, json_array_get(list, i), &entry);
        if (wrong)
            status = kbit_fail(error, KBIT_ERR_FORMAT,
                               "%s: judgement %zu: member '%s' is not as kbit writes it", path, i,
                               wrong);
        else if (!kbit_report_add(report, &entry))
            status = kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", path);
    }
    if (status != KBIT_OK)
        kbit_report_file_close(file);
    return status;
}

kbit_status kbit_report_parse(const void *bytes, size_t size, const char *name,
                              kbit_report_file *file, kbit_report *report, kbit_error *error)
{
    json_error_t where;
    json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &where);
    return take(root, &where, name, file, report, error);
}

kbit_status kbit_report_read(const char *path, kbit_report_file *file, kbit_report *report,
                             kbit_error *error)
{
    json_error_t where;
    struct stat kind;
    memset(file, 0, sizeof *file);
    FILE *stream = fopen(path, "r");
    if (!stream)
        return kbit_fail(error, KBIT_ERR_IO, "%s: %s", path, strerror(errno));
    if (fstat(fileno(stream), &kind) == 0 && S_ISDIR(kind.st_mode)) {
        fclose(stream);
        return kbit_fail(error, KBIT_ERR_IO, "%s: %s", path, strerror(EISDIR));
    }
    json_t *root = json_loadf(stream, JSON_REJECT_DUPLICATES, &where);
    fclose(stream);
    return take(root, &where, path, file, report, error);
}

void kbit_report_file_close(kbit_report_file *file)
{
    json_decref(file->texts);
    memset(file, 0, sizeof *file);
}
