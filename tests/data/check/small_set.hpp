// A YOLO data set of a few files, written for one test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "saker/data_check.hpp"
#include "saker/image.hpp"
#include "temporary_folder.hpp"
#include "write_files.hpp"

namespace saker::test {

// Another picture for each seed.
Image picture(std::int64_t width, std::int64_t height, std::uint8_t seed);

// JPEG with an EXIF orientation.
std::vector<std::byte> jpeg_with_orientation(const Image& image, int orientation);

// Classes 0 'cat' and 1 'dog'; splits train and val in images/train and images/val.
class SmallSet {
 public:
  SmallSet();

  // name: with a split, such as "train/a.jpg" and "train/a.txt".
  std::filesystem::path image_path(const std::string& name) const {
    return root() / "images" / name;
  }
  std::filesystem::path label_path(const std::string& name) const {
    return root() / "labels" / name;
  }
  // By the extension: JPEG or PNG.
  void add_image(const std::string& name, std::int64_t width = 64, std::int64_t height = 48);
  void add_label(const std::string& name, const std::string& text) const;
  // `count` images with a label each of a cat and a dog, without anything to be found.
  void add_good(const std::string& split, int count);

  // Fifteen images of a class that is higher than wide, and train/phone.jpg, whose EXIF data turn
  // it but whose labels fit the stored pixels.
  void add_turned_phone();

  const std::filesystem::path& root() const { return folder_.path(); }
  DataCheckReport check(const std::vector<std::string>& splits = {}, bool quick = false) const;

  DataArgs data;

 private:
  TemporaryFolder folder_;
  std::uint8_t seed_ = 0;
};

// "kind" of every group, in order.
std::vector<std::string> kinds_of(const DataCheckReport& report);

// Of one kind, with whatever severity; fails the test when there are none.
std::vector<DataFinding> findings_of(const DataCheckReport& report, const std::string& kind);
FindingSeverity severity_of(const DataCheckReport& report, const std::string& kind);

}  // namespace saker::test
