/* places.h -- lines of kernels, by a comment "place: name" at their end. */
#ifndef KBIT_TESTS_SIMT_PLACES_H
#define KBIT_TESTS_SIMT_PLACES_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>

/* "race_kernels.cu:17" of the line of tests/simt/race_kernels.cu that ends in "place: name". */
static inline std::string place_in(const char *source_name, const char *name)
{
    const char *source = getenv("srcdir");
    const std::string path = std::string(source ? source : ".") + "/tests/simt/" + source_name;
    FILE *file = fopen(path.c_str(), "r");
    ck_assert_msg(file != nullptr, "cannot read %s", path.c_str());
    const std::string comment = std::string("/* place: ") + name + " */";
    char line[256];
    for (int number = 1; fgets(line, sizeof line, file); number++)
        if (strstr(line, comment.c_str())) {
            fclose(file);
            return std::string(source_name) + ":" + std::to_string(number);
        }
    ck_abort_msg("no %s in %s", comment.c_str(), path.c_str());
}

/* A text in which "{name}" stands for a place. */
static inline std::string with_places(const char *source_name, std::string text)
{
    for (size_t open; (open = text.find('{')) != std::string::npos;) {
        const size_t close = text.find('}', open);
        text.replace(open, close + 1 - open,
                     place_in(source_name, text.substr(open + 1, close - open - 1).c_str()));
    }
    return text;
}

#endif
