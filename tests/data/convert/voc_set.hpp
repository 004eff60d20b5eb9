// A Pascal VOC data set of a few files, written for one test.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "image/encode.hpp"
#include "small_set.hpp"
#include "temporary_folder.hpp"
#include "write_files.hpp"

namespace saker::test {

class VocSet {
 public:
  // with_folders: Annotations, JPEGImages and ImageSets; without them all files lie in the root.
  explicit VocSet(bool with_folders = true) : with_folders_(with_folders) {}

  const std::filesystem::path& root() const { return folder_.path(); }

  // An image of 40 x 30 pixels with a box of 10 x 10 for each class.
  void add(const std::string& stem, const std::vector<std::string>& classes) const {
    const std::string name = std::filesystem::path(stem).filename().string() + ".png";
    write_text(path("Annotations", stem + ".xml"), xml(name, classes));
    write_bytes(path("JPEGImages", stem + ".png"), encode_png(picture(40, 30, 1)));
  }

  void list(const std::string& split, const std::string& text) const {
    write_text(root() / "ImageSets/Main" / (split + ".txt"), text);
  }

  // Line 4 holds the first object, one a line; the first is difficult.
  static std::string xml(const std::string& file_name, const std::vector<std::string>& classes) {
    std::string text = "<annotation>\n<filename>" + file_name +
                       "</filename>\n<size><width>40</width><height>30</height></size>\n";
    const char* difficult = "1";
    for (const std::string& name : classes) {
      text += "<object><name>" + name + "</name><difficult>" + difficult +
              "</difficult><bndbox><xmin>5</xmin><ymin>6</ymin><xmax>14</xmax><ymax>15</ymax>"
              "</bndbox></object>\n";
      difficult = "0";
    }
    return text + "</annotation>\n";
  }

 private:
  std::filesystem::path path(const std::string& folder, const std::string& name) const {
    return with_folders_ ? root() / folder / name : root() / name;
  }

  bool with_folders_;
  TemporaryFolder folder_;
};

}  // namespace saker::test
