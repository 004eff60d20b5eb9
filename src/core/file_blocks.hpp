// A large file as a range of characters, read block by block, for parsers that take iterators.
//
//   FileBlocks file("instances.json");
//   parse(file.begin(), file.end());
#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <vector>

#include "core/file_descriptor.hpp"

namespace saker {

// One pass only: all iterators of a file stand at the same character.
class FileBlocks {
 public:
  // Throws Error (io) that names the file when it cannot be read, as iterators do.
  explicit FileBlocks(std::filesystem::path path);
  FileBlocks(const FileBlocks&) = delete;
  FileBlocks& operator=(const FileBlocks&) = delete;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    Iterator() = default;  // the end
    explicit Iterator(FileBlocks& file) : file_(&file) {}

    reference operator*() const { return file_->block_[file_->position_]; }
    Iterator& operator++() {
      if (++file_->position_ == file_->count_) file_->read_block();
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.is_at_end() == b.is_at_end();
    }

   private:
    bool is_at_end() const { return file_ == nullptr || file_->count_ == 0; }

    FileBlocks* file_ = nullptr;
  };

  Iterator begin() { return Iterator(*this); }
  Iterator end() { return {}; }

 private:
  void read_block();

  std::filesystem::path path_;
  FileDescriptor file_;
  std::vector<char> block_;
  std::size_t position_ = 0, count_ = 0;  // no character is left when count_ is 0
};

}  // namespace saker
