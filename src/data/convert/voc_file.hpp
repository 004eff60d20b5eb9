// Pascal VOC annotation files: one XML file an image.
//
//   <annotation>
//     <filename>000005.jpg</filename>
//     <size><width>500</width><height>375</height></size>
//     <object>
//       <name>chair</name><difficult>0</difficult>
//       <bndbox><xmin>263</xmin><ymin>211</ymin><xmax>324</xmax><ymax>339</ymax></bndbox>
//     </object>
//   </annotation>
//
// Format: "The PASCAL Visual Object Classes Challenge 2007 Development Kit", Everingham and Winn.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/annotations.hpp"

namespace saker {

struct VocObject {
  std::string name;
  // Corners count from 1 and belong to the box: x = xmin - 1, width = xmax - xmin + 1.
  PixelBox box;
  bool is_difficult = false;
  std::int64_t line = 0;  // 1-based
};

struct VocFile {
  std::string file_name;  // of the image, without folders; empty when it is not told
  PixelSize size;         // both at least 1
  std::vector<VocObject> objects;
};

// Everything but what stands above is passed over: poses, parts, outlines. Throws Error: data, with
// file and line, for what is no XML, another root, missing elements, and numbers that are none or
// not finite; io when it cannot be read or has more than 16 MiB.
VocFile read_voc_file(const std::filesystem::path& path);

// The same for text; `source` names it in errors.
VocFile parse_voc(std::string_view text, const std::string& source);

}  // namespace saker
