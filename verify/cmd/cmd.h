/* cmd.h -- the verbs of kbit, and what they share on the command line.
 *
 * Exit status: 0 all admissible, 1 mismatch or undecided, 2 usage or I/O, 77 no device. Results go
 * to stdout, progress and errors to stderr. */
#ifndef KBIT_VERIFY_CMD_H
#define KBIT_VERIFY_CMD_H

#include <getopt.h>

#include "certificate.h"
#include "report.h"
#include "sandbox.h"

enum { EXIT_ADMISSIBLE = 0, EXIT_MISMATCH = 1, EXIT_USAGE = 2, EXIT_NO_DEVICE = 77 };

int kbit_cmd_verify(int argc, char **argv);
int kbit_cmd_gen(int argc, char **argv);
int kbit_cmd_judge(int argc, char **argv);
int kbit_cmd_merge(int argc, char **argv);
int kbit_cmd_probe(int argc, char **argv);
int kbit_cmd_list(int argc, char **argv);
int kbit_cmd_bench(int argc, char **argv);

/* "kbit VERB: text", then where help is; returns EXIT_USAGE. */
int kbit_usage(const char *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "kbit VERB: error->text"; returns the exit status that fits the error. */
int kbit_report_error(const char *verb, const kbit_error *error);

/* getopt_long(), but an option that takes a value and is given twice is refused as '?'. A repeated
 * --declare adds to what stands. */
typedef struct {
    bool seen[32]; /* by place in the table */
} kbit_options_given;
int kbit_next_option(int argc, char **argv, const char *letters, const struct option *options,
                     kbit_options_given *given);

/* What all --declare say together. */
typedef struct {
    bool given;
    char text[512];
} kbit_declares;
bool kbit_option_declare(const char *verb, const char *text, kbit_declares *declares);

/* The step or case of that name; NULL after a usage line that says which are near. */
const kbit_step *kbit_option_step(const char *verb, const char *text);
const kbit_case *kbit_option_case(const char *verb, const char *text);

/* Parse option values; on nonsense print a usage line and return false. */
bool kbit_option_u64(const char *verb, const char *option, const char *text, uint64_t smallest,
                     uint64_t largest, uint64_t *value);
bool kbit_option_format(const char *verb, const char *text, kbit_format *format);
bool kbit_option_key(const char *verb, const char *text, uint8_t key[KBIT_KEY_BYTES]);
bool kbit_option_element(const char *verb, const char *text, size_t *row, size_t *column);
bool kbit_option_shard(const char *verb, const char *text, size_t *shard, size_t *shards);
/* "A,B", any two whole numbers. */
bool kbit_option_pair(const char *verb, const char *option, const char *text, size_t *first,
                      size_t *second);

/* Opens the candidate NAME, PATH or either with :VARIANT behind it. */
kbit_status kbit_open_candidate(const char *text, unsigned seconds, size_t memory_mib,
                                kbit_sandbox **sandbox, kbit_error *error);

/* A file in memory; NULL: none could be made. Where it cannot grow, the stream has an error, which the
 * one of open_memstream() in glibc has not: it loses what did not fit and goes on. */
FILE *kbit_memory_open(void);
/* Closes it. What was written, for the caller to free; NULL: that is not all of it. */
char *kbit_memory_take(FILE *file, size_t *size);

/* Writes the report to path, or to stdout if path is NULL; whole or not at all. */
int kbit_finish_report(const char *verb, const kbit_report *report, const kbit_report_about *about,
                       kbit_format format, const char *path);

#endif
