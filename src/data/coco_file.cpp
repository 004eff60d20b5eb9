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

// Throws, or tells `details` when there are some.
void report(const std::string& source,
            CocoFileDetails* details,
            const std::string& place,
            const std::string& problem) {
  if (details == nullptr) fail(source, fmt::format("{} {}", place, problem));
  details->problems.push_back({place, problem});
}

// Sorted by id; of entries with the same id the first alone.
template <typename Entries, typename IdOf, typename EntryOf>
std::vector<IdPosition> positions_by_id(const Entries& entries,
                                        const IdOf& id_of,
                                        const EntryOf& entry_of,
                                        const char* list,
                                        const std::string& source,
                                        CocoFileDetails* details) {
  std::vector<IdPosition> positions;
  positions.reserve(entries.size());
  for (const auto& entry : entries)
    positions.emplace_back(id_of(entry), static_cast<std::int64_t>(positions.size()));
  std::sort(positions.begin(), positions.end());
  std::size_t kept = 0;
  for (const IdPosition& position : positions) {
    if (kept > 0 && positions[kept - 1].first == position.first) {
      report(source,
             details,
             fmt::format("{}[{}].id", list, entry_of(position.second)),
             fmt::format("{} stands in {}[{}] too; each needs its own id",
                         position.first,
                         list,
                         entry_of(positions[kept - 1].second)));
    } else {
      positions[kept++] = position;
    }
  }
  positions.resize(kept);
  return positions;
}

// Those of equal ids that come first, in the order of the file.
void keep_first(ClassNames& categories, const std::vector<IdPosition>& kept) {
  std::int64_t position = 0;
  std::erase_if(categories, [&](const auto& category) {
    const auto found =
        std::lower_bound(kept.begin(), kept.end(), IdPosition(category.first, std::int64_t{0}));
    return found->second != position++;
  });
}

// Turns image ids into positions, and sorts the annotations by them.
void group_by_image(CocoFile& file, const std::string& source, CocoFileDetails* details) {
  const std::vector<IdPosition> positions = positions_by_id(
      file.images,
      [](const CocoImage& image) { return image.id; },
      [&](std::int64_t i) { return file.images[static_cast<std::size_t>(i)].entry; },
      "images",
      source,
      details);
  std::erase_if(file.annotations, [&](CocoAnnotation& annotation) {
    const std::int64_t id = annotation.image;
    const auto found =
        std::lower_bound(positions.begin(), positions.end(), IdPosition(id, std::int64_t{0}));
    const bool is_there = found != positions.end() && found->first == id;
    if (is_there) {
      annotation.image = found->second;
    } else {
      report(source,
             details,
             fmt::format("annotations[{}].image_id", annotation.entry),
             fmt::format("{} is the id of no image in images", id));
    }
    return !is_there;
  });
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
CocoFile parse(Iterator begin,
               Iterator end,
               const std::string& source,
               bool categories_only,
               CocoFileDetails* details = nullptr) {
  CocoHandler handler(source, categories_only, details);
  nlohmann::json::sax_parse(begin, end, &handler);
  CocoFile file = handler.take();
  const std::vector<IdPosition> categories = positions_by_id(
      file.categories,
      [](const auto& category) { return category.first; },
      [](std::int64_t i) { return i; },
      "categories",
      source,
      details);
  if (categories.size() < file.categories.size()) keep_first(file.categories, categories);
  if (!categories_only) group_by_image(file, source, details);
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

CocoFile read_coco_file(const std::filesystem::path& path, CocoFileDetails& details) {
  FileBlocks blocks(path);
  return parse(blocks.begin(), blocks.end(), path.string(), false, &details);
}

ClassNames read_coco_categories(const std::filesystem::path& path, CocoFileDetails& details) {
  FileBlocks blocks(path);
  return parse(blocks.begin(), blocks.end(), path.string(), true, &details).categories;
}

CocoFile parse_coco(std::string_view text, const std::string& source, CocoFileDetails& details) {
  return parse(text.begin(), text.end(), source, false, &details);
}

CocoFile parse_coco(std::string_view text, const std::string& source) {
  return parse(text.begin(), text.end(), source, false);
}

}  // namespace saker
