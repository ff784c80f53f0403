/* driver.c -- a target without libFuzzer: replays every file of a folder, then N mutations of them.
 *
 *   fuzz_npy FOLDER [MUTATIONS [SEED]]
 *
 * The bytes end where a page that cannot be read begins, so that a parser that reads beyond them
 * dies here even without AddressSanitizer. Input k depends on folder, seed and k only; a finding is
 * left as the file fuzz-finding in the current folder.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "kbit_data.h"

enum { LARGEST = 65536, FILES = 256 };

typedef struct {
    uint8_t *bytes;
    size_t size;
    char name[256];
} input;

static input corpus[FILES];
static size_t n_corpus;

static uint8_t *window; /* LARGEST bytes, then the unreadable page */
static const uint8_t *current;
static size_t current_size;

static void on_death(int signal_number)
{
    int finding = open("fuzz-finding", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (finding >= 0 && write(finding, current, current_size) == (ssize_t)current_size)
        close(finding);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void run(const uint8_t *bytes, size_t size)
{
    uint8_t *at = window + LARGEST - size;
    if (size)
        memcpy(at, bytes, size);
    current = at;
    current_size = size;
    LLVMFuzzerTestOneInput(at, size);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const input *)a)->name, ((const input *)b)->name);
}

static void load(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir) {
        perror(folder);
        exit(2);
    }
    for (struct dirent *entry; n_corpus < FILES && (entry = readdir(dir));) {
        char path[4096];
        uint8_t *bytes = malloc(LARGEST);
        input *in = &corpus[n_corpus];
        snprintf(path, sizeof path, "%.3000s/%s", folder, entry->d_name);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (!file || !bytes) {
            free(bytes);
            continue;
        }
        in->bytes = bytes;
        in->size = fread(bytes, 1, LARGEST, file);
        snprintf(in->name, sizeof in->name, "%s", entry->d_name);
        fclose(file);
        n_corpus++;
    }
    closedir(dir);
    qsort(corpus, n_corpus, sizeof *corpus, by_name);
}

static uint64_t seed, counter;

static size_t below(size_t n)
{
    return (size_t)(kbit_hash(seed, 0, counter++) % n);
}

/* Puts the n bytes at `from` in place of the `gone` bytes at `where`. */
static void replace(uint8_t *bytes, size_t *size, size_t where, size_t gone, const uint8_t *from,
                    size_t n)
{
    if (*size - gone + n > LARGEST)
        return;
    memmove(bytes + where + n, bytes + where + gone, *size - where - gone);
    memcpy(bytes + where, from, n);
    *size += n - gone;
}

/* What headers are made of, and the numbers at the ends of their ranges. */
static const char *const TOKENS[] = {"0",
                                     "-1",
                                     "1",
                                     "2147483648",
                                     "4294967296",
                                     "9223372036854775807",
                                     "{",
                                     "}",
                                     "[",
                                     "]",
                                     "(",
                                     ")",
                                     ",",
                                     ":",
                                     "\"",
                                     "'",
                                     "=",
                                     "null",
                                     "1e309",
                                     "\\u00",
                                     "\\u001b[",
                                     "\n",
                                     "\xff",
                                     "\xc3\xa9",
                                     "True",
                                     "<f4",
                                     "F16",
                                     "[[[[[[[[",
                                     "18446744073709551615"};
#define N_TOKENS (sizeof TOKENS / sizeof *TOKENS)

static void mutate(uint8_t *bytes, size_t *size)
{
    const input *other = &corpus[below(n_corpus)];
    const char *token = TOKENS[below(N_TOKENS)];
    size_t at = below(*size + 1), rest = *size - at;
    size_t some = rest ? 1 + below(rest < 16 ? rest : 16) : 0;
    uint8_t random = (uint8_t)below(256);

    switch (below(7)) {
    case 0: /* one bit */
        if (rest)
            bytes[at] ^= (uint8_t)(1u << below(8));
        break;
    case 1: /* one byte */
        replace(bytes, size, at, rest ? 1 : 0, &random, 1);
        break;
    case 2: /* some bytes lost */
        replace(bytes, size, at, some, bytes, 0);
        break;
    case 3: /* the file cut off */
        *size = at;
        break;
    case 4: { /* some bytes twice */
        uint8_t copy[16];
        memcpy(copy, bytes + at, some);
        replace(bytes, size, at, 0, copy, some);
        break;
    }
    case 5: /* a token put in, over as many bytes or between them */
        replace(bytes, size, at, below(2) ? some : 0, (const uint8_t *)token, strlen(token));
        break;
    default: /* the rest of another file */
        if (other->size) {
            size_t from = below(other->size);
            replace(bytes, size, at, rest, other->bytes + from, other->size - from);
        }
    }
}

int main(int argc, char **argv)
{
    unsigned long long mutations = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    long page = sysconf(_SC_PAGESIZE);
    seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    if (argc < 2 || page <= 0 || LARGEST % page != 0) {
        fprintf(stderr, "usage: %s FOLDER [MUTATIONS [SEED]]\n", argv[0]);
        return 2;
    }
    window = mmap(NULL, LARGEST + (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                  -1, 0);
    if (window == MAP_FAILED || mprotect(window + LARGEST, (size_t)page, PROT_NONE) != 0) {
        perror("mmap");
        return 2;
    }
    signal(SIGSEGV, on_death);
    signal(SIGBUS, on_death);
    signal(SIGABRT, on_death);
    load(argv[1]);
    if (n_corpus == 0) {
        fprintf(stderr, "%s: no file to start from\n", argv[1]);
        return 2;
    }
    for (size_t i = 0; i < n_corpus; i++)
        run(corpus[i].bytes, corpus[i].size);
    uint8_t *bytes = malloc(LARGEST);
    for (unsigned long long k = 0; bytes && k < mutations; k++) {
        counter = k << 16;
        const input *base = &corpus[below(n_corpus)];
        size_t size = base->size;
        memcpy(bytes, base->bytes, size);
        for (size_t times = 1 + below(6); times > 0; times--)
            mutate(bytes, &size);
        run(bytes, size);
    }
    printf("%s: %zu files, %llu mutations of them, seed %llu\n", argv[0], n_corpus, mutations,
           (unsigned long long)seed);
    free(bytes);
    for (size_t i = 0; i < n_corpus; i++)
        free(corpus[i].bytes);
    return 0;
}
