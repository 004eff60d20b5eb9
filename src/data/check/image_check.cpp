#include "data/check/image_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "core/sha256.hpp"
#include "data/image_listing.hpp"
#include "image/image_format.hpp"
#include "image/read_image.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kLongSides = 3;  // the longer side over the shorter one
constexpr std::int64_t kSmallSide = 32;

const char* orientation_text(int orientation) {
  constexpr std::array kTexts = {"mirrored",
                                 "turned by half",
                                 "upside down and mirrored",
                                 "transposed",
                                 "turned right by a quarter",
                                 "transposed over the other diagonal",
                                 "turned left by a quarter"};
  return kTexts[static_cast<std::size_t>(orientation - 2)];
}

class ImageCheck {
 public:
  ImageCheck(const std::string& path, const std::string& split, Findings& findings)
      : path_(path), split_(split), findings_(findings) {}

  CheckedImage run() {
    CheckedImage image;
    std::vector<std::byte> bytes;
    try {
      bytes = read_file(path_);
    } catch (const Error& error) {
      add(FindingKind::kImageUnreadable, {}, without_path(error, path_));
      return image;
    }
    if (bytes.empty()) {
      add(FindingKind::kImageEmpty, {}, "the file is empty");
      return image;
    }
    image.hash = sha256_of(bytes);
    check_extension(bytes);
    try {
      image.facts = decode(bytes);
      check_facts(*image.facts);
    } catch (const Error& error) {
      add(FindingKind::kImageDamaged, {}, without_path(error, path_));
    }
    return image;
  }

 private:
  void add(FindingKind kind, std::string value, std::string message) {
    findings_.add(kind,
                  {.split = split_,
                   .file = path_,
                   .value = std::move(value),
                   .message = std::move(message),
                   .image = path_});
  }

  void check_extension(std::span<const std::byte> bytes) {
    const std::string_view extension = file_extension(path_);
    const ImageFormat format = image_format(bytes);
    if (format == ImageFormat::kUnknown || format == format_of_extension(extension)) return;
    add(FindingKind::kExtensionDiffers,
        std::string(extension),
        fmt::format("holds a {} image", to_string(format)));
  }

  ImageFacts decode(std::span<const std::byte> bytes) {
    const DecodedImage decoded = decode_stored_image(bytes, path_);
    if (!decoded.damage.empty())
      add(FindingKind::kImagePartlyDamaged, {}, "the decoder says: " + decoded.damage);
    ImageFacts facts{.width = decoded.image.width(),
                     .height = decoded.image.height(),
                     .orientation = decoded.orientation};
    if (facts.axes_swap()) std::swap(facts.width, facts.height);
    return facts;
  }

  void check_facts(const ImageFacts& facts) {
    const std::string size = fmt::format("{}x{}", facts.width, facts.height);
    if (facts.orientation > 1) {
      add(FindingKind::kImageRotated,
          std::to_string(facts.orientation),
          fmt::format("{}; upright it has {} pixels", orientation_text(facts.orientation), size));
    }
    const auto [shorter, longer] = std::minmax(facts.width, facts.height);
    if (longer > kLongSides * shorter)
      add(FindingKind::kImageShape, size, "its sides differ by more than 3 to 1");
    if (shorter < kSmallSide) add(FindingKind::kImageSmall, size, "a side of less than 32 pixels");
  }

  const std::string& path_;
  const std::string& split_;
  Findings& findings_;
};

}  // namespace

CheckedImage check_image(const std::string& path, const std::string& split, Findings& findings) {
  return ImageCheck(path, split, findings).run();
}

void check_told_size(const std::string& image,
                     const std::string& split,
                     const CheckedLabels& labels,
                     const ImageFacts& facts,
                     Findings& findings) {
  if (!labels.image_size) return;
  const PixelSize& told = *labels.image_size;
  if (told == PixelSize{facts.width, facts.height}) return;
  // The only trace that labels of the stored image leave here, and a sure one.
  const bool is_stored = facts.axes_swap() && told == PixelSize{facts.height, facts.width};
  findings.add(is_stored ? FindingKind::kExifLabels : FindingKind::kImageSize,
               {.split = split,
                .file = labels.file,
                .place = labels.image_place,
                .value = fmt::format("{}x{}", told.width, told.height),
                .message = fmt::format("{} has {}x{} pixels{}",
                                       image,
                                       facts.width,
                                       facts.height,
                                       is_stored ? "; the size is that before EXIF turns it" : ""),
                .image = image});
}

}  // namespace saker
