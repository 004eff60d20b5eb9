#include "data/convert/coco_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <utility>

#include "core/file.hpp"
#include "data/absolute_path.hpp"
#include "data/coco_dataset.hpp"
#include "data/coco_file.hpp"
#include "data/convert/data_output.hpp"
#include "data/splits.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

// The first of the usual folders in which the first image lies; that of the file otherwise.
std::string find_images(const fs::path& file, const std::string& split, const CocoFile& coco) {
  const fs::path folder = file.parent_path(), above = folder.parent_path();
  std::string stem = file.stem().string();
  constexpr std::string_view kPrefix = "instances_";
  if (stem.starts_with(kPrefix)) stem.erase(0, kPrefix.size());
  if (coco.images.empty()) return folder.string();
  for (const fs::path& candidate : {folder,
                                    folder / "images",
                                    above / "images" / stem,
                                    above / "images" / split,
                                    above / "images",
                                    above / stem,
                                    above / split,
                                    above}) {
    if (is_there(candidate / coco.images.front().file_name)) return candidate.string();
  }
  return folder.string();
}

class CocoInput {
 public:
  CocoInput(const ConversionInput& input, const CocoInputArgs& args) : input_(input), args_(args) {
    set_.ignore_classes = input.data.ignore_classes;
  }

  ConversionSet run() {
    const CocoArgs& coco = input_.data.coco;
    const std::array splits = {&coco.train, &coco.val, &coco.test};
    for (std::size_t s = 0; s < kSplits.size(); ++s) {
      if (!splits[s]->annotations.empty()) read(*splits[s], kSplits[s]);
    }
    return std::move(set_);
  }

 private:
  void read(const CocoSplit& given, const std::string& name) {
    const std::string& json = given.annotations;
    const CocoFile file = read_coco_file(json);
    take_classes(file, json, name);
    ConvertedSplit split{.split = name, .folder = folder_of(given, name, file), .images = {}};
    for (std::size_t i = 0; i < file.images.size(); ++i) {
      const auto annotations = file.annotations_of(i);
      if (annotations.empty() && input_.data.coco.skip_if_annotations_missing) {
        ++skipped_;
        continue;
      }
      const CocoImage& entry = file.images[i];
      const fs::path path = fs::path(split.folder) / entry.file_name;
      ConvertedImage image{
          .path = path.string(),
          .name = (leaves_folder(entry.file_name) ? fs::path(entry.file_name).filename()
                                                  : fs::path(entry.file_name).lexically_normal())
                      .string(),
          .place = fmt::format("{}: images[{}]", json, i),
          .size = entry.size,
          .boxes = {}};
      if (args_.need_images && !is_there(path)) fail_missing(image, entry, split.folder);
      for (const CocoAnnotation& annotation : annotations)
        image.boxes.push_back(box_of(annotation, json));
      split.images.push_back(std::move(image));
    }
    if (skipped_ > 0) {
      set_.warnings.push_back(
          fmt::format("{}: {} images without an annotation left out (skip_if_annotations_missing)",
                      name,
                      std::exchange(skipped_, 0)));
    }
    if (file.polygons > 0) {
      set_.warnings.push_back(
          fmt::format("{}: {} outlines (segmentation) left out; boxes alone are converted",
                      name,
                      file.polygons));
    }
    set_.splits.push_back(std::move(split));
  }

  void take_classes(const CocoFile& file, const std::string& json, const std::string& split) {
    if (names_.empty()) {
      set_.classes = file.categories;
      names_.insert(file.categories.begin(), file.categories.end());
      classes_file_ = json;
      return;
    }
    for (const auto& [id, name] : file.categories) {
      const auto known = names_.find(id);
      if (known == names_.end() || known->second == name) continue;
      set_.warnings.push_back(fmt::format("{}: category {} is '{}', but '{}' in {}; ids count",
                                          split,
                                          id,
                                          name,
                                          known->second,
                                          classes_file_));
    }
  }

  std::string folder_of(const CocoSplit& given,
                        const std::string& name,
                        const CocoFile& file) const {
    if (input_.folders_are_told) return coco_image_folder(given);
    if (!args_.image_folder.empty()) return absolute_path("", args_.image_folder);
    return find_images(given.annotations, name, file);
  }

  ConvertedBox box_of(const CocoAnnotation& annotation, const std::string& json) {
    const std::int64_t id = annotation.category_id;
    if (!names_.contains(id)) {
      if (std::ranges::find(set_.ignore_classes, id) == set_.ignore_classes.end()) {
        throw Error(
            ErrorKind::kData,
            fmt::format("{}: annotations[{}].category_id {} is the id of no category in {}; "
                        "add it there, or to ignore_classes of a data YAML",
                        json,
                        annotation.entry,
                        id,
                        classes_file_));
      }
      const std::string name = fmt::format("class {}", id);
      names_.emplace(id, name);
      set_.classes.emplace_back(id, name);
    }
    return {.class_id = id, .box = annotation.box, .is_crowd = annotation.is_crowd};
  }

  [[noreturn]] static void fail_missing(const ConvertedImage& image,
                                        const CocoImage& entry,
                                        const std::string& folder) {
    throw Error(ErrorKind::kData,
                fmt::format("{}.file_name '{}' is not in {}; name the folder of the images with "
                            "--image-folder, or in a data YAML",
                            image.place,
                            entry.file_name,
                            folder));
  }

  const ConversionInput& input_;
  const CocoInputArgs& args_;
  ConversionSet set_;
  std::map<std::int64_t, std::string> names_;
  std::string classes_file_;
  std::int64_t skipped_ = 0;
};

}  // namespace

ConversionSet read_coco_input(const ConversionInput& input, const CocoInputArgs& args) {
  return CocoInput(input, args).run();
}

}  // namespace saker
