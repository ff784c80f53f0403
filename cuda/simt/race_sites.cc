/* race_sites.cc -- from the address of an instruction to file and line, by addr2line of the binutils. */
#include "race.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

namespace simt
{
namespace
{
struct Place {
    const void *address; /* of an instrumented access, or null */
    std::string text;
};
std::vector<Place> &places()
{
    static std::vector<Place> list;
    return list;
}

const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The object that holds the instruction, and where in it. */
bool locate(const void *return_address, std::string *object, size_t *offset)
{
    Dl_info found;
    const void *address = static_cast<const char *>(return_address) - 1; /* inside the call */
    if (!dladdr(address, &found) || !found.dli_fname)
        return false;
    *object = found.dli_fname;
    *offset =
        (size_t)(static_cast<const char *>(address) - static_cast<const char *>(found.dli_fbase));
    return true;
}

std::string hexadecimal(size_t offset)
{
    char text[32];
    snprintf(text, sizeof text, "0x%zx", offset);
    return text;
}

/* addr2line prints "file:line" for each address, or "??:0". */
void ask_addr2line(const std::string &object, const std::vector<Place *> &asked,
                   const std::string &offsets)
{
    if (object.find('\'') != std::string::npos)
        return;
    FILE *pipe = popen(("addr2line -e '" + object + "'" + offsets + " 2>/dev/null").c_str(), "r");
    if (!pipe)
        return;
    char line[4096];
    for (Place *place : asked) {
        if (!fgets(line, sizeof line, pipe))
            break;
        line[strcspn(line, " \n")] = '\0'; /* "(discriminator 2)" may follow */
        if (line[0] != '?')
            place->text = base_name(line);
    }
    pclose(pipe);
}

/* All places that are not known yet, since a call of addr2line takes long. What it does not find is
 * named by object and offset. */
void look_up_all()
{
    std::map<std::string, std::pair<std::vector<Place *>, std::string>> by_object;
    std::string object;
    size_t offset;
    for (Place &place : places())
        if (place.text.empty()) {
            place.text = "an unknown place";
            if (locate(place.address, &object, &offset)) {
                place.text = std::string(base_name(object.c_str())) + "+" + hexadecimal(offset);
                by_object[object].first.push_back(&place);
                by_object[object].second += " " + hexadecimal(offset);
            }
        }
    for (const auto &[name, asked] : by_object)
        ask_addr2line(name, asked.first, asked.second);
}
} // namespace

Site site_of(const void *return_address)
{
    static std::unordered_map<const void *, Site> known;
    auto [entry, is_new] = known.try_emplace(return_address, (Site)places().size());
    if (is_new)
        places().push_back({return_address, ""});
    return entry->second;
}

Site site_of(const Where &where)
{
    static std::map<std::string, Site> known;
    std::string text = std::string(base_name(where.file)) + ":" + std::to_string(where.line);
    auto [entry, is_new] = known.try_emplace(text, (Site)places().size());
    if (is_new)
        places().push_back({nullptr, text});
    return entry->second;
}

const std::string &place_of(Site site)
{
    if (places()[site].text.empty())
        look_up_all();
    return places()[site].text;
}
} // namespace simt
