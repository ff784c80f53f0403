/* npy_header.c -- the header of an NPY file.
 *
 *   0  "\x93NUMPY"           6 bytes
 *   6  major, minor          1.0 or 2.0
 *   8  length of what follows, little-endian: 2 bytes in 1.0, 4 in 2.0
 *      a Python dictionary of exactly 'descr', 'fortran_order' and 'shape', then white space
 *
 * The dictionary is Python's syntax, but of it writers use one string, one of two words and one
 * tuple of integers; that is what is understood here.
 */
#include "io/npy.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
    const char *at, *end; /* what is left of the dictionary */
    const char *name;     /* the file */
    kbit_error *error;
} cursor;

#define FAIL(c, ...) kbit_fail((c)->error, KBIT_ERR_FORMAT, __VA_ARGS__)

static const struct {
    kbit_dtype type;
    const char *descr;
} spellings[] = {
    {KBIT_F32, "<f4"}, {KBIT_F16, "<f2"}, {KBIT_BF16, "<u2"}, {KBIT_I8, "|i1"}, {KBIT_I32, "<i4"},
};

const char *kbit_npy_descr(kbit_dtype type)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (spellings[i].type == type)
            return spellings[i].descr;
    return NULL;
}

static void skip_space(cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\t' || *c->at == '\r'))
        c->at++;
}

/* Takes one punctuation mark, with white space before it. */
static bool take(cursor *c, char mark)
{
    skip_space(c);
    if (c->at == c->end || *c->at != mark)
        return false;
    c->at++;
    return true;
}

static bool take_word(cursor *c, const char *word)
{
    size_t length = strlen(word);
    skip_space(c);
    if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length) != 0)
        return false;
    c->at += length;
    return true;
}

/* Takes 'text' or "text". Only printable ASCII without a backslash: no writer needs more. */
static bool take_string(cursor *c, char text[32])
{
    skip_space(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
        return false;
    char quote = *c->at++;
    size_t n = 0;
    for (; c->at < c->end && *c->at != quote; c->at++) {
        if (n + 1 == 32 || *c->at < ' ' || *c->at > '~' || *c->at == '\\')
            return false;
        text[n++] = *c->at;
    }
    text[n] = '\0';
    return take(c, quote);
}

static kbit_status parse_descr(cursor *c, kbit_npy_header *header)
{
    char descr[32];

    skip_space(c);
    if (c->at < c->end && *c->at == '[')
        return FAIL(c, "%s: holds records of several fields, not plain numbers", c->name);
    if (!take_string(c, descr))
        return FAIL(c, "%s: header: 'descr' is not the name of a type", c->name);
    if (strcmp(descr, "<i1") == 0) /* one byte has no order; some writers state one all the same */
        descr[0] = '|';
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (strcmp(descr, spellings[i].descr) == 0) {
            header->type = spellings[i].type;
            return KBIT_OK;
        }
    if (descr[0] == '>')
        return FAIL(c, "%s: type '%s' is big-endian; kbit reads little-endian", c->name, descr);
    if (strcmp(descr, "|O") == 0 || strcmp(descr, "O") == 0)
        return FAIL(c, "%s: type '%s' holds Python objects, not numbers", c->name, descr);
    return FAIL(c, "%s: type '%s' is none of <f4 <f2 <u2 (bf16) |i1 <i4", c->name, descr);
}

static kbit_status parse_order(cursor *c)
{
    if (take_word(c, "False"))
        return KBIT_OK;
    if (take_word(c, "True"))
        return FAIL(c, "%s: is in Fortran order; kbit reads C (row-major) order", c->name);
    return FAIL(c, "%s: header: 'fortran_order' is neither True nor False", c->name);
}

static kbit_status parse_shape(cursor *c, kbit_npy_header *header)
{
    bool comma = true;

    if (!take(c, '('))
        return FAIL(c, "%s: header: 'shape' is not a tuple", c->name);
    for (header->rank = 0; !take(c, ')'); header->rank++) {
        size_t dim = 0;
        const char *digits = c->at;
        if (!comma)
            return FAIL(c, "%s: header: 'shape' is not a tuple of integers", c->name);
        for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
            if (__builtin_mul_overflow(dim, 10, &dim) ||
                __builtin_add_overflow(dim, (size_t)(*c->at - '0'), &dim))
                return FAIL(c, "%s: header: a dimension does not fit 64 bits", c->name);
        if (c->at == digits)
            return FAIL(c, "%s: header: 'shape' is not a tuple of integers", c->name);
        if (header->rank == 2)
            return FAIL(c, "%s: has more than 2 dimensions", c->name);
        header->dim[header->rank] = dim;
        comma = take(c, ',');
    }
    if (header->rank == 0)
        return FAIL(c, "%s: is a scalar; kbit's tensors have 1 or 2 dimensions", c->name);
    if (header->rank == 1 && !comma)
        return FAIL(c, "%s: header: 'shape' is not a tuple", c->name);
    return KBIT_OK;
}

static kbit_status parse_dictionary(cursor *c, kbit_npy_header *header)
{
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    bool seen[3] = {false, false, false};
    char key[32];
    bool comma = true;

    if (!take(c, '{'))
        return FAIL(c, "%s: header: does not start with a dictionary", c->name);
    while (!take(c, '}')) {
        size_t which = 0;
        if (!comma || !take_string(c, key) || !take(c, ':'))
            return FAIL(c, "%s: header: not a dictionary of plain values", c->name);
        while (which < 3 && strcmp(key, keys[which]) != 0)
            which++;
        if (which == 3)
            return FAIL(c, "%s: header: unknown key '%s'", c->name, key);
        if (seen[which])
            return FAIL(c, "%s: header: key '%s' stands twice", c->name, key);
        seen[which] = true;
        kbit_status status = which == 0   ? parse_descr(c, header)
                             : which == 1 ? parse_order(c)
                                          : parse_shape(c, header);
        if (status)
            return status;
        comma = take(c, ',');
    }
    for (size_t i = 0; i < 3; i++)
        if (!seen[i])
            return FAIL(c, "%s: header: key '%s' is missing", c->name, keys[i]);
    skip_space(c);
    if (c->at != c->end)
        return FAIL(c, "%s: header: text after the dictionary", c->name);
    return KBIT_OK;
}

kbit_status kbit_npy_parse(const void *bytes, size_t size, size_t file_size, const char *name,
                           kbit_npy_header *header, kbit_error *error)
{
    const unsigned char *b = bytes;
    size_t elements;

    memset(header, 0, sizeof *header);
    header->dim[0] = header->dim[1] = 1;
    if (size < 10 || memcmp(b, "\x93NUMPY", 6) != 0)
        return kbit_fail(error, KBIT_ERR_FORMAT, "%s: not an NPY file", name);
    if ((b[6] != 1 && b[6] != 2) || b[7] != 0)
        return kbit_fail(error, KBIT_ERR_FORMAT, "%s: NPY version %u.%u; kbit reads 1.0 and 2.0",
                         name, b[6], b[7]);
    size_t start = b[6] == 1 ? 10 : 12;
    if (size < start)
        return kbit_fail(error, KBIT_ERR_FORMAT, "%s: truncated in its header", name);
    size_t length = b[8] | (size_t)b[9] << 8;
    if (b[6] == 2)
        length |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    if (length > file_size - start)
        return kbit_fail(error, KBIT_ERR_FORMAT,
                         "%s: its header claims %zu bytes, the file has %zu after that claim", name,
                         length, file_size - start);
    if (length > size - start)
        return kbit_fail(error, KBIT_ERR_FORMAT,
                         "%s: its header is %zu bytes long; kbit reads at most %zu", name, length,
                         size - start);

    cursor c = {(const char *)b + start, (const char *)b + start + length, name, error};
    kbit_status status = parse_dictionary(&c, header);
    if (status)
        return status;
    if (kbit_array_size(header->type, header->rank, header->dim, &elements, &header->bytes))
        return kbit_fail(error, KBIT_ERR_FORMAT, "%s: the size of shape (%zu, %zu) overflows", name,
                         header->dim[0], header->dim[1]);
    header->offset = start + length;
    size_t present = file_size - header->offset;
    if (present < header->bytes)
        return kbit_fail(error, KBIT_ERR_FORMAT,
                         "%s: truncated: its shape needs %zu bytes, %zu are there", name,
                         header->bytes, present);
    if (present > header->bytes)
        return kbit_fail(error, KBIT_ERR_FORMAT, "%s: %zu trailing bytes after the elements", name,
                         present - header->bytes);
    return KBIT_OK;
}
