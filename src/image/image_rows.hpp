// An image that is read once, from its first row to its last, so that it need not fit into memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "image/read_image.hpp"
#include "saker/image.hpp"

namespace saker {

class ImageRows {
 public:
  virtual ~ImageRows() = default;

  std::int64_t height() const noexcept { return height_; }
  std::int64_t width() const noexcept { return width_; }
  std::int64_t channels() const noexcept { return channels_; }
  PixelType type() const noexcept { return type_; }
  // Rows that are still to be read.
  std::int64_t left() const noexcept { return height_ - next_; }

  // Copies the next `count` rows to the rows of `target` from `row` on. Throws Error: internal when
  // so many are not left or `target` has no room for them; data when the file is damaged there.
  void read(std::int64_t count, Image& target, std::int64_t row);

 protected:
  // name: put before what is wrong with the rows; may be empty.
  ImageRows(std::int64_t height,
            std::int64_t width,
            std::int64_t channels,
            PixelType type,
            std::string name)
      : height_(height), width_(width), channels_(channels), type_(type), name_(std::move(name)) {}

 private:
  // first: the number of the first of these rows.
  virtual void copy_rows(std::int64_t first,
                         std::int64_t count,
                         Image& target,
                         std::int64_t row) = 0;

  std::int64_t height_, width_, channels_;
  PixelType type_;
  std::string name_;
  std::int64_t next_ = 0;
};

// The rows of an image in memory.
std::unique_ptr<ImageRows> rows_of(const Image& image);

// The rows of a file, as read_image gives them: of TIFF as they are read, which then may have any
// number of pixels, of the other formats from memory. A TIFF that is to be turned upright or whose
// colours libtiff must turn into RGB comes from memory, too. Throws what read_image throws.
std::unique_ptr<ImageRows> open_image_rows(const std::filesystem::path& path,
                                           const ReadImageArgs& args = {});

}  // namespace saker
