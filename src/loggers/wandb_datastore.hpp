// The file of a Weights & Biases run: records in LevelDB's log format.
//
// Source: LevelDB's log format (32 KiB blocks; records cut into FULL, FIRST, MIDDLE and LAST pieces
// with a header of 7 bytes each), here with plain CRC-32 over type and bytes, and 7 bytes at the
// beginning: ":W&B", 0xBEE1, version 0.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace saker {

// Where a file stands, and the bytes that its next record takes there.
class WandbFraming {
 public:
  static std::string file_header();
  // Padding, headers and pieces of one record.
  std::string frame(std::string_view record);

 private:
  std::uint64_t offset_ = 7;  // of the file, behind its header
};

class WandbDatastore {
 public:
  // Makes the file. Throws Error (io) when it cannot be written, as does append.
  explicit WandbDatastore(std::filesystem::path path);

  // The record has left this process when the call returns.
  void append(std::string_view record);
  void close() { file_.close(); }

 private:
  void write(std::string_view bytes);

  std::filesystem::path path_;
  std::ofstream file_;
  WandbFraming framing_;
};

}  // namespace saker
