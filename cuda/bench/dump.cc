/* dump.cc -- a layer as it is timed, for the referee: a folder as `kbit gen` writes it, with the
 * output in it (verify/io/manifest.h is the format), so that `kbit judge` has the word. */
#include "settings.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "kbit.h"
#include "kbit_cuda.h"

namespace bench
{

namespace
{

bool write_npy(const std::string &path, const char *type, const std::vector<size_t> &shape,
               const std::vector<char> &bytes, std::string *why)
{
    std::string header =
        "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (";
    for (size_t n : shape)
        header += std::to_string(n) + ", ";
    if (shape.size() > 1)
        header.resize(header.size() - 2);
    header += "), }";
    header.resize(128 - 10 - 1, ' ');
    header += '\n';
    const char magic[10] = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, static_cast<char>(header.size()),
                            0};
    FILE *file = fopen(path.c_str(), "w");
    const bool written = file && fwrite(magic, 1, sizeof magic, file) == sizeof magic &&
                         fwrite(header.data(), 1, header.size(), file) == header.size() &&
                         fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    if ((file && fclose(file) != 0) || !written) {
        *why = path + ": " + strerror(errno);
        return false;
    }
    return true;
}

bool dump_tensor(const std::string &folder, json_t *list, const char *name, const char *dtype,
                 const char *type, size_t element_bytes, const std::vector<size_t> &shape,
                 const void *device, std::string *why)
{
    size_t n = element_bytes;
    json_t *dims = json_array();
    for (size_t dim : shape) {
        n *= dim;
        json_array_append_new(dims, json_integer(static_cast<json_int_t>(dim)));
    }
    const std::string file = std::string(name) + ".npy";
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "name", name, "file",
                                          file.c_str(), "dtype", dtype, "shape", dims));
    std::vector<char> bytes(n);
    if (n > 0 && copy_to_host(bytes.data(), device, n) != KBIT_OK) {
        *why = std::string(name) + " could not be copied from the device";
        return false;
    }
    return write_npy(folder + "/" + file, type, shape, bytes, why);
}

} // namespace

int dump_case(const Settings &settings)
{
    Device device;
    std::string why;
    const Cell &cell = settings.cells.front();
    const std::string &folder = settings.dump;
    if (open_device(&device, &why) != KBIT_OK)
        return complain(kNoDevice, "no device: " + why);
    if (mkdir(folder.c_str(), 0777) != 0)
        return complain(kUsage, folder + ": " + strerror(errno));
    Problem p(settings.seed, device, false);
    kbit_status status = p.open(cell, &why);
    if (status == KBIT_OK)
        status = fill_on_device(p.out.as<void>(), 0xff, 2 * p.M * p.N);
    if (status == KBIT_OK)
        status = kbit_cuda_llmint8_linear_bnb(
            p.M, p.N, p.K, KBIT_F16, p.x.as<void>(), p.w(0), p.w_absmax.as<float>(), nullptr,
            kThreshold, KBIT_F16, p.out.as<void>(), p.workspace.as<void>(), p.workspace.bytes(),
            static_cast<kbit_cuda_stream>(stream()));
    if (status == KBIT_OK)
        status = finish(&why);
    if (status != KBIT_OK)
        return complain(kWrong,
                        cell.key() + ": " + (why.empty() ? kbit_status_string(status) : why));

    json_t *inputs = json_array(), *outputs = json_array();
    const bool written =
        dump_tensor(folder, inputs, "x", "f16", "<f2", 2, {p.M, p.K}, p.x.as<void>(), &why) &&
        dump_tensor(folder, inputs, "w", "i8", "|i1", 1, {p.N, p.K}, p.w(0), &why) &&
        dump_tensor(folder, inputs, "w_absmax", "f32", "<f4", 4, {p.N}, p.w_absmax.as<void>(),
                    &why) &&
        dump_tensor(folder, inputs, "bias", "f32", "<f4", 4, {0}, nullptr, &why) &&
        dump_tensor(folder, outputs, "out", "f16", "<f2", 2, {p.M, p.N}, p.out.as<void>(), &why);
    json_t *manifest = json_pack(
        "{s:s, s:i, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:o, s:o}", "schema", "kbit-case",
        "schema_version", 1, "kbit_version", kbit_version(), "step", "llmint8_linear_bnb", "case",
        cell.key().c_str(), "seed", std::to_string(settings.seed).c_str(), "M",
        static_cast<json_int_t>(p.M), "N", static_cast<json_int_t>(p.N), "K",
        static_cast<json_int_t>(p.K), "threshold", "0x1.8p+2", "declares",
        "dequant=any acc=tc-trunc", "inputs", inputs, "outputs", outputs);
    const std::string path = folder + "/manifest.json";
    const bool complete =
        written && manifest && json_dump_file(manifest, path.c_str(), JSON_INDENT(2)) == 0;
    json_decref(manifest);
    if (!complete)
        return complain(kUsage, why.empty() ? path + ": " + strerror(errno) : why);
    return kMeasured;
}

} // namespace bench
