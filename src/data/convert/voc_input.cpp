#include "data/convert/voc_input.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/file.hpp"
#include "data/convert/voc_file.hpp"
#include "data/folder_walk.hpp"
#include "data/image_listing.hpp"
#include "data/splits.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

// An XML file, and what named it.
struct VocEntry {
  std::string xml;    // relative to the folder of the annotations
  std::string place;  // "train.txt:3"; empty when it was found in the folder
};

struct VocList {
  std::string split;
  std::vector<VocEntry> entries;
};

bool is_xml(const std::string& name) {
  const std::string_view extension = file_extension(name);
  return extension == ".xml" || extension == ".XML";
}

std::vector<std::string> files_under(const fs::path& folder) {
  std::vector<std::string> files;
  walk_folder(folder, {.file = [&](std::string name) { files.push_back(std::move(name)); }});
  std::ranges::sort(files);
  return files;
}

std::string without_extension(const std::string& name) {
  return name.substr(0, name.size() - file_extension(name).size());
}

// "000005", or "000005  1" as the lists of single classes have it: those with -1 do not show it.
VocList read_list(const fs::path& file, const char* split) {
  VocList list{.split = split, .entries = {}};
  const std::string text = read_text_file(file);
  std::int64_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos) continue;
    const std::size_t last = line.find_last_not_of(" \t\r");
    std::string id = line.substr(first, last - first + 1);
    const std::size_t gap = id.find_last_of(" \t");
    const std::string mark = gap == std::string::npos ? "" : id.substr(gap + 1);
    if (mark == "-1") continue;
    if (mark == "0" || mark == "1") id.erase(id.find_last_not_of(" \t", gap) + 1);
    list.entries.push_back({id + ".xml", fmt::format("{}:{}", file.string(), number)});
  }
  return list;
}

std::vector<VocList> lists_of(const fs::path& folder, const fs::path& annotations) {
  std::vector<VocList> lists;
  std::error_code ignored;
  const fs::path sets = folder / "ImageSets" / "Main";
  for (const char* split : kSplits) {
    fs::path file = sets / (std::string(split) + ".txt");
    if (std::string_view(split) == "train" && !fs::exists(file, ignored))
      file = sets / "trainval.txt";
    if (fs::exists(file, ignored)) lists.push_back(read_list(file, split));
  }
  if (!lists.empty()) return lists;
  VocList all{.split = kSplits[0], .entries = {}};
  for (std::string& name : files_under(annotations)) {
    if (is_xml(name)) all.entries.push_back({std::move(name), {}});
  }
  return {all};
}

class VocInput {
 public:
  VocInput(const fs::path& folder, const std::vector<std::string>& classes)
      : given_(classes),
        has_folders_(has_voc_folders(folder)),
        annotations_(has_folders_ ? folder / "Annotations" : folder),
        images_(has_folders_ ? folder / "JPEGImages" : folder) {
    for (std::size_t i = 0; i < classes.size(); ++i)
      ids_.emplace(classes[i], static_cast<std::int64_t>(i));
    if (ids_.size() != classes.size())
      throw Error(ErrorKind::kUsage, "classes: a name stands twice");
    for (const std::string& name : files_under(images_)) {
      if (has_image_extension(name)) by_stem_[without_extension(name)].push_back(name);
    }
    lists_ = lists_of(folder, annotations_);
  }

  ConversionSet run() {
    ConversionSet set;
    for (const VocList& list : lists_) {
      ConvertedSplit split{.split = list.split, .folder = images_.string(), .images = {}};
      for (const VocEntry& entry : list.entries) split.images.push_back(read(entry));
      set.splits.push_back(std::move(split));
    }
    name_classes(set);
    warn_of_images(set);
    return set;
  }

 private:
  ConvertedImage read(const VocEntry& entry) {
    const std::string xml = annotations_ / entry.xml;
    if (!entry.place.empty() && !is_there(xml))
      throw Error(ErrorKind::kData, fmt::format("{}: {} is not there", entry.place, xml));
    const VocFile file = read_voc_file(xml);
    ConvertedImage image;
    image.name = image_name(entry, file, xml);
    image.path = images_ / image.name;
    image.place = xml;
    image.size = file.size;
    for (const VocObject& object : file.objects) {
      const auto [id, is_new] = ids_.emplace(object.name, static_cast<std::int64_t>(ids_.size()));
      if (is_new && !given_.empty()) {
        throw Error(ErrorKind::kData,
                    fmt::format("{}:{}: class '{}' is not among the classes {}",
                                xml,
                                object.line,
                                object.name,
                                fmt::join(given_, ", ")));
      }
      image.boxes.push_back(
          {.class_id = id->second, .box = object.box, .is_difficult = object.is_difficult});
    }
    used_.insert(without_extension(image.name));
    return image;
  }

  // Some programs write a name into the file that was changed later.
  std::string image_name(const VocEntry& entry, const VocFile& file, const std::string& xml) const {
    const fs::path folder = fs::path(entry.xml).parent_path();
    const std::string named = (folder / file.file_name).string();
    std::error_code ignored;
    if (!file.file_name.empty() && fs::is_regular_file(images_ / named, ignored)) return named;
    const auto found = by_stem_.find(without_extension(entry.xml));
    if (found != by_stem_.end() && found->second.size() == 1) return found->second.front();
    const std::string images = images_ / folder;
    throw Error(ErrorKind::kData,
                fmt::format("{}: neither its <filename> '{}' nor {} is in {}",
                            xml,
                            file.file_name,
                            found == by_stem_.end() ? "an image of its own name"
                                                    : "a single image of its own name",
                            images));
  }

  // Until here ids are those of the first appearance, since names are known at the end alone.
  void name_classes(ConversionSet& set) const {
    if (!given_.empty()) {
      for (const std::string& name : given_) set.classes.emplace_back(ids_.at(name), name);
      return;
    }
    std::vector<std::int64_t> rank(ids_.size());
    for (const auto& [name, first_seen] : ids_) {  // sorted by name
      rank[static_cast<std::size_t>(first_seen)] = static_cast<std::int64_t>(set.classes.size());
      set.classes.emplace_back(rank[static_cast<std::size_t>(first_seen)], name);
    }
    for (ConvertedSplit& split : set.splits) {
      for (ConvertedImage& image : split.images) {
        for (ConvertedBox& box : image.boxes)
          box.class_id = rank[static_cast<std::size_t>(box.class_id)];
      }
    }
  }

  void warn_of_images(ConversionSet& set) const {
    std::int64_t unused = 0;
    for (const auto& [stem, names] : by_stem_) {
      if (!used_.contains(stem)) unused += static_cast<std::int64_t>(names.size());
    }
    if (unused > 0) {
      set.warnings.push_back(fmt::format("{} in {} left out: no split has {}",
                                         unused == 1 ? "1 image" : fmt::format("{} images", unused),
                                         images_.string(),
                                         unused == 1 ? "it" : "them"));
    }
  }

  const std::vector<std::string>& given_;
  bool has_folders_;
  fs::path annotations_, images_;
  std::map<std::string, std::int64_t> ids_;
  std::map<std::string, std::vector<std::string>> by_stem_;  // image files
  std::set<std::string> used_;                               // stems
  std::vector<VocList> lists_;
};

}  // namespace

bool has_voc_folders(const fs::path& folder) { return has_voc_files(folder / "Annotations"); }

bool has_voc_files(const fs::path& folder) {
  return std::ranges::any_of(files_under(folder), is_xml);
}

ConversionSet read_voc_input(const fs::path& folder, const std::vector<std::string>& classes) {
  return VocInput(folder, classes).run();
}

}  // namespace saker
