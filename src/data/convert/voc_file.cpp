#include "data/convert/voc_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <pugixml.hpp>

#include "core/file.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 24;
constexpr std::size_t kQuotedBytes = 40;
constexpr double kMaxSide = std::numeric_limits<std::int32_t>::max();

std::string_view stripped(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string printable_start(std::string_view text) {
  std::string shown(text.substr(0, kQuotedBytes));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text.size() > kQuotedBytes ? shown + "..." : shown;
}

class VocReader {
 public:
  VocReader(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  VocFile run() {
    pugi::xml_document document;
    const pugi::xml_parse_result result = document.load_buffer(text_.data(), text_.size());
    if (!result) fail(result.offset, fmt::format("is no XML: {}", result.description()));
    const pugi::xml_node root = document.document_element();
    if (std::string_view(root.name()) != "annotation") {
      fail(root.offset_debug(),
           fmt::format("its root is <{}>, but that of Pascal VOC is <annotation>",
                       printable_start(root.name())));
    }
    VocFile file;
    std::string_view name = stripped(root.child("filename").text().get());
    name.remove_prefix(std::min(name.size(), name.find_last_of("/\\") + 1));
    file.file_name = name;
    const pugi::xml_node size = child(root, "size");
    file.size = {side(size, "width"), side(size, "height")};
    for (const pugi::xml_node object : root.children("object"))
      file.objects.push_back(read_object(object));
    return file;
  }

 private:
  VocObject read_object(const pugi::xml_node& object) {
    VocObject result;
    result.line = line_of(object.offset_debug());
    result.name = stripped(child(object, "name").text().get());
    if (result.name.empty()) fail(object.child("name").offset_debug(), "<name> is empty");
    result.is_difficult = object.child("difficult") && number(object, "difficult") != 0;
    const pugi::xml_node box = child(object, "bndbox");
    const double x1 = number(box, "xmin"), y1 = number(box, "ymin");
    const double x2 = number(box, "xmax"), y2 = number(box, "ymax");
    result.box = {x1 - 1, y1 - 1, x2 - x1 + 1, y2 - y1 + 1};
    return result;
  }

  pugi::xml_node child(const pugi::xml_node& parent, const char* name) const {
    const pugi::xml_node found = parent.child(name);
    if (!found) fail(parent.offset_debug(), fmt::format("<{}> has no <{}>", parent.name(), name));
    return found;
  }

  double number(const pugi::xml_node& parent, const char* name) const {
    const pugi::xml_node node = child(parent, name);
    const std::string_view text = stripped(node.text().get());
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
      fail(node.offset_debug(),
           fmt::format("<{}> must be a number but is '{}'", name, printable_start(text)));
    }
    return value;
  }

  std::int64_t side(const pugi::xml_node& size, const char* name) const {
    const double value = number(size, name);
    if (value < 1 || value > kMaxSide || std::trunc(value) != value) {
      fail(size.child(name).offset_debug(),
           fmt::format("<{}> of <size> must be a whole number of pixels, at least 1, but is {}",
                       name,
                       value));
    }
    return static_cast<std::int64_t>(value);
  }

  // offset: in bytes; of text in another encoding than UTF-8 it is near.
  std::int64_t line_of(std::ptrdiff_t offset) const {
    const auto count =
        std::min(text_.size(), static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)));
    return std::ranges::count(text_.substr(0, count), '\n') + 1;
  }

  [[noreturn]] void fail(std::ptrdiff_t offset, const std::string& problem) const {
    throw Error(ErrorKind::kData, fmt::format("{}:{}: {}", source_, line_of(offset), problem));
  }

  std::string_view text_;
  const std::string& source_;
};

}  // namespace

VocFile read_voc_file(const std::filesystem::path& path) {
  return parse_voc(read_text_file(path, kMaxBytes), path.string());
}

VocFile parse_voc(std::string_view text, const std::string& source) {
  return VocReader(text, source).run();
}

}  // namespace saker
