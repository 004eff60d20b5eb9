// The images that a user means: files, folders and patterns.
#pragma once

#include <string>
#include <vector>

namespace saker {

struct InputImage {
  std::string path;      // to open
  std::string relative;  // below the folder it was found in; the file name for a file
};

// Files stay in the order given; folders are walked recursively in bytewise order for the ten image
// formats; patterns with *, ? and [ are expanded as a shell does. Throws Error (io) for a name that
// is nothing, or a folder or pattern without an image.
std::vector<InputImage> find_input_images(const std::vector<std::string>& inputs);

}  // namespace saker
