// SHA-256, by which files of weights are known.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace saker {

// The SHA-256 of a file's bytes, 64 lower-case hexadecimal digits. on_block: called now and then;
// it may throw to give up. Throws Error (io) that names the file when it cannot be read.
std::string sha256_of_file(
    const std::filesystem::path& path, const std::function<void()>& on_block = [] {});

// Whether the text has the form of such a checksum.
bool is_sha256(const std::string& text) noexcept;

}  // namespace saker
