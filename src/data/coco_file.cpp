#include "data/coco_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/file_blocks.hpp"
#include "data/coco_handler.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// An id and where it stands.
using IdPosition = std::pair<std::int64_t, std::int64_t>;

[[noreturn]] void fail(const std::string& source, const std::string& problem) {
  throw Error(ErrorKind::kData, fmt::format("{}: {}", source, problem));
}

// Sorted by id; none stands twice.
template <typename Entries, typename IdOf>
std::vector<IdPosition> positions_by_id(const Entries& entries,
                                        const IdOf& id_of,
                                        const char* list,
                                        const std::string& source) {
  std::vector<IdPosition> positions;
  positions.reserve(entries.size());
  for (const auto& entry : entries)
    positions.emplace_back(id_of(entry), static_cast<std::int64_t>(positions.size()));
  std::sort(positions.begin(), positions.end());
  const auto same = std::adjacent_find(
      positions.begin(), positions.end(), [](const IdPosition& a, const IdPosition& b) {
        return a.first == b.first;
      });
  if (same != positions.end()) {
    fail(source,
         fmt::format("{0}[{1}].id {2} stands in {0}[{3}] too; each needs its own id",
                     list,
                     std::next(same)->second,
                     same->first,
                     same->second));
  }
  return positions;
}

// Turns image ids into positions, and sorts the annotations by them.
void group_by_image(CocoFile& file, const std::string& source) {
  const std::vector<IdPosition> positions = positions_by_id(
      file.images, [](const CocoImage& image) { return image.id; }, "images", source);
  for (std::size_t i = 0; i < file.annotations.size(); ++i) {
    std::int64_t& image = file.annotations[i].image;
    const auto found =
        std::lower_bound(positions.begin(), positions.end(), IdPosition(image, std::int64_t{0}));
    if (found == positions.end() || found->first != image) {
      fail(source,
           fmt::format("annotations[{}].image_id {} is the id of no image in images", i, image));
    }
    image = found->second;
  }
  std::stable_sort(
      file.annotations.begin(),
      file.annotations.end(),
      [](const CocoAnnotation& a, const CocoAnnotation& b) { return a.image < b.image; });
  file.first.reserve(file.images.size() + 1);
  std::size_t next = 0;
  for (std::size_t image = 0; image < file.images.size(); ++image) {
    file.first.push_back(next);
    while (next < file.annotations.size() &&
           file.annotations[next].image == static_cast<std::int64_t>(image))
      ++next;
  }
  file.first.push_back(next);
}

template <typename Iterator>
CocoFile parse(Iterator begin, Iterator end, const std::string& source, bool categories_only) {
  CocoHandler handler(source, categories_only);
  nlohmann::json::sax_parse(begin, end, &handler);
  CocoFile file = handler.take();
  positions_by_id(
      file.categories, [](const auto& category) { return category.first; }, "categories", source);
  if (!categories_only) group_by_image(file, source);
  return file;
}

}  // namespace

CocoFile read_coco_file(const std::filesystem::path& path) {
  FileBlocks blocks(path);
  return parse(blocks.begin(), blocks.end(), path.string(), false);
}

ClassNames read_coco_categories(const std::filesystem::path& path) {
  FileBlocks blocks(path);
  return parse(blocks.begin(), blocks.end(), path.string(), true).categories;
}

CocoFile parse_coco(std::string_view text, const std::string& source) {
  return parse(text.begin(), text.end(), source, false);
}

}  // namespace saker
