#include "weights/sha256.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/sha256.hpp"
#include "weights/byte_source.hpp"

namespace saker {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

}  // namespace

std::string sha256_of_file(const std::filesystem::path& path,
                           const std::function<void()>& on_block) {
  const FileSource file(path);
  Sha256 sum;
  std::vector<std::byte> block(std::min<std::uint64_t>(kBlock, file.size()));
  for (std::uint64_t offset = 0; offset < file.size(); offset += block.size()) {
    block.resize(std::min<std::uint64_t>(kBlock, file.size() - offset));
    file.read(offset, block);
    sum.update(block);
    on_block();
  }
  return to_hex(sum.finish());
}

bool is_sha256(const std::string& text) noexcept {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace saker
