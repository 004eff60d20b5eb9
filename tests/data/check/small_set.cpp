#include "small_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "image/encode.hpp"

namespace saker::test {

Image picture(std::int64_t width, std::int64_t height, std::uint8_t seed) {
  Image image(height, width, 3, PixelType::kU8);
  std::size_t i = 0;
  for (std::uint8_t& value : image.mutable_u8()) {
    value = static_cast<std::uint8_t>(i / 7 + seed * 13);
    ++i;
  }
  return image;
}

std::vector<std::byte> jpeg_with_orientation(const Image& image, int orientation) {
  const std::vector<std::byte> plain = encode_jpeg(image);
  // APP1 with a TIFF directory of one entry: tag 0x0112, SHORT, count 1.
  const std::array<int, 36> segment = {
      0xFF, 0xE1, 0,    34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M',         0, 42, 0, 0, 0, 8,
      0,    1,    0x01, 0x12, 0,   3,   0,   0,   0, 1, 0,   orientation, 0, 0,  0, 0, 0, 0};
  std::vector<std::byte> bytes(plain.begin(), plain.begin() + 2);
  for (const int value : segment) bytes.push_back(static_cast<std::byte>(value));
  bytes.insert(bytes.end(), plain.begin() + 2, plain.end());
  return bytes;
}

SmallSet::SmallSet() {
  data.path = root().string();
  data.train = "images/train";
  data.val = "images/val";
  data.names = {{0, "cat"}, {1, "dog"}};
}

void SmallSet::add_image(const std::string& name, std::int64_t width, std::int64_t height) {
  const std::filesystem::path path = image_path(name);
  const Image image = picture(width, height, ++seed_);
  write_bytes(path, path.extension() == ".png" ? encode_png(image) : encode_jpeg(image));
}

void SmallSet::add_label(const std::string& name, const std::string& text) const {
  write_text(label_path(name), text);
}

void SmallSet::add_good(const std::string& split, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string stem = split + "/good" + std::to_string(i);
    add_image(stem + ".jpg");
    add_label(stem + ".txt", "0 0.3 0.5 0.25 0.5\n1 0.7 0.5 0.25 0.25\n");
  }
}

void SmallSet::add_turned_phone() {
  constexpr const char* kBottles = "0 0.3 0.5 0.1 0.6\n0 0.7 0.5 0.1 0.6\n";
  for (int i = 0; i < 15; ++i) {
    const std::string stem = "train/plain" + std::to_string(i);
    add_image(stem + ".jpg", 128, 64);
    add_label(stem + ".txt", kBottles);
  }
  write_bytes(image_path("train/phone.jpg"), jpeg_with_orientation(picture(128, 64, 99), 6));
  add_label("train/phone.txt", kBottles);
}

DataCheckReport SmallSet::check(const std::vector<std::string>& splits, bool quick) const {
  return check_data({.data = data, .splits = splits, .threads = 2, .quick = quick});
}

std::vector<std::string> kinds_of(const DataCheckReport& report) {
  std::vector<std::string> kinds;
  for (const DataFindingGroup& group : report.groups) kinds.push_back(group.kind);
  return kinds;
}

std::vector<DataFinding> findings_of(const DataCheckReport& report, const std::string& kind) {
  std::vector<DataFinding> findings;
  for (const DataFindingGroup& group : report.groups) {
    if (group.kind == kind)
      findings.insert(findings.end(), group.findings.begin(), group.findings.end());
  }
  EXPECT_FALSE(findings.empty()) << kind << " was not found";
  return findings;
}

FindingSeverity severity_of(const DataCheckReport& report, const std::string& kind) {
  const auto found = std::ranges::find(report.groups, kind, &DataFindingGroup::kind);
  EXPECT_NE(found, report.groups.end()) << kind << " was not found";
  return found == report.groups.end() ? FindingSeverity::kNote : found->severity;
}

}  // namespace saker::test
