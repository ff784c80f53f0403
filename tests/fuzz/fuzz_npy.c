/* fuzz_npy.c -- kbit_npy_parse(): what is accepted lies inside the file, exactly. */
#include "fuzz.h"
#include "io/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kbit_npy_header header;
    kbit_error error = {KBIT_OK, ""};
    size_t elements, bytes;

    kbit_status status = kbit_npy_parse(data, size, size, "input", &header, &error);
    if (status) {
        fuzz_refused(status, &error);
    } else {
        FUZZ_REQUIRE(kbit_npy_descr(header.type));
        FUZZ_REQUIRE(header.rank == 1 || header.rank == 2);
        FUZZ_REQUIRE(header.rank == 2 || header.dim[1] == 1);
        FUZZ_REQUIRE(!kbit_array_size(header.type, header.rank, header.dim, &elements, &bytes));
        FUZZ_REQUIRE(bytes == header.bytes);
        FUZZ_REQUIRE(header.offset <= size && header.bytes == size - header.offset);
    }
    /* The reader hands over the head of a long file only. */
    for (size_t head = size < 16 ? size : 16; head < size; head = 2 * head + 1) {
        kbit_npy_header again;
        kbit_status part = kbit_npy_parse(data, head, size, "input", &again, &error);
        if (part)
            fuzz_refused(part, &error);
        else
            FUZZ_REQUIRE(status == KBIT_OK && again.offset == header.offset &&
                         again.bytes == header.bytes);
    }
    return 0;
}
