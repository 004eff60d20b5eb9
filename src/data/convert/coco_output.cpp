#include "data/convert/coco_output.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string>

#include "core/atomic_file.hpp"
#include "data/convert/data_output.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string json_text(const std::string& text, const std::string& place) {
  const std::string json = Value(text).to_json();
  if (json.find(kReplacement) != std::string::npos &&
      text.find(kReplacement) == std::string::npos) {
    throw Error(ErrorKind::kData,
                fmt::format("{}: the name is no UTF-8, which JSON cannot hold; rename it", place));
  }
  return json;
}

// One file, an entry a line.
class CocoWriter {
 public:
  explicit CocoWriter(const std::filesystem::path& path) : file_(path) {}

  void begin_list(const char* name) {
    text_ += fmt::format("{}\"{}\": [", is_first_list_ ? "{\n" : "\n],\n", name);
    is_first_list_ = false;
    is_first_entry_ = true;
  }

  void add(const std::string& entry) {
    text_ += is_first_entry_ ? "\n" : ",\n";
    text_ += entry;
    is_first_entry_ = false;
    if (text_.size() > kBlockBytes) flush();
  }

  void finish() {
    text_ += "\n]\n}\n";
    flush();
    file_.commit();
  }

 private:
  void flush() {
    file_.write(text_);
    text_.clear();
  }

  AtomicFile file_;
  std::string text_;
  bool is_first_list_ = true, is_first_entry_ = true;
};

std::string annotation_text(std::int64_t id, std::int64_t image, const ConvertedBox& converted) {
  const PixelBox& box = converted.box;
  return fmt::format(
      "{{\"id\": {}, \"image_id\": {}, \"category_id\": {}, \"bbox\": [{}, {}, {}, {}], "
      "\"area\": {}, \"iscrowd\": {}}}",
      id,
      image,
      converted.class_id,
      box.x,
      box.y,
      box.width,
      box.height,
      box.width * box.height,
      converted.is_crowd ? 1 : 0);
}

}  // namespace

Value write_coco_output(const ConversionSet& set,
                        const std::filesystem::path& out,
                        bool images_stay) {
  require_distinct_names(set, [](const ConvertedImage& image) { return image.name; });
  Value data;
  data["format"] = "coco";
  std::int64_t first_image = 1, annotation = 1;
  for (const ConvertedSplit& split : set.splits) {
    const std::string path = fmt::format("annotations/instances_{}.json", split.split);
    CocoWriter writer(out / path);
    writer.begin_list("images");
    std::int64_t id = first_image;
    for (const ConvertedImage& image : split.images) {
      writer.add(fmt::format("{{\"id\": {}, \"file_name\": {}, \"width\": {}, \"height\": {}}}",
                             id++,
                             json_text(image.name, image.place),
                             image.size.width,
                             image.size.height));
    }
    writer.begin_list("annotations");
    id = first_image;
    for (const ConvertedImage& image : split.images) {
      for (const ConvertedBox& box : image.boxes)
        writer.add(annotation_text(annotation++, id, box));
      ++id;
    }
    writer.begin_list("categories");
    for (const auto& [class_id, name] : set.classes) {
      writer.add(fmt::format("{{\"id\": {}, \"name\": {}}}",
                             class_id,
                             json_text(name, fmt::format("class {}", class_id))));
    }
    writer.finish();
    first_image = id;
    data[split.split] = {
        {"annotations", path},
        {"images", images_stay ? split.folder : "../" + output_image_folder(split)}};
  }
  return data;
}

}  // namespace saker
