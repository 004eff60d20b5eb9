#include "data/convert/yolo_output.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string>

#include "data/convert/data_output.hpp"
#include "data/image_listing.hpp"
#include "data/label_location.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

std::string label_text(const ConvertedImage& image) {
  std::string text;
  for (const ConvertedBox& converted : image.boxes) {
    const NormalizedBox box = normalized(converted.box, image.size);
    fmt::format_to(std::back_inserter(text),
                   "{} {} {} {} {}\n",
                   converted.class_id,
                   box.center_x,
                   box.center_y,
                   box.width,
                   box.height);
  }
  return text;
}

void require_extension(const ConvertedImage& image) {
  if (has_image_extension(image.name)) return;
  throw Error(ErrorKind::kData,
              fmt::format("{}: '{}' has an extension that is not read in YOLO data sets; rename it "
                          "to jpg, jpeg, png, ppm, pgm, bmp, tif, tiff, webp or dcm",
                          image.place,
                          image.name));
}

}  // namespace

Value write_yolo_output(const ConversionSet& set, const std::filesystem::path& out) {
  require_distinct_names(set, [](const ConvertedImage& image) { return label_name(image.name); });
  Value data;
  data["path"] = ".";
  for (const ConvertedSplit& split : set.splits) {
    const std::string folder = output_image_folder(split);
    const std::filesystem::path labels = label_folder(out, folder);
    for (const ConvertedImage& image : split.images) {
      require_extension(image);
      write_output_file(labels / label_name(image.name), label_text(image));
    }
    data[split.split] = folder;
  }
  Value::Object names;
  for (const auto& [id, name] : set.classes) names.emplace_back(id, name);
  data["names"] = names;
  return data;
}

}  // namespace saker
