#include "weights/sha256.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "saker/error.hpp"
#include "weights/byte_source.hpp"

namespace saker {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

void require(int done) {
  if (done != 1) throw Error(ErrorKind::kInternal, "SHA-256 could not be computed by libcrypto");
}

}  // namespace

std::string sha256_of_file(const std::filesystem::path& path,
                           const std::function<void()>& on_block) {
  const FileSource file(path);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  require(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr));
  std::vector<std::byte> block(std::min<std::uint64_t>(kBlock, file.size()));
  for (std::uint64_t offset = 0; offset < file.size(); offset += block.size()) {
    block.resize(std::min<std::uint64_t>(kBlock, file.size() - offset));
    file.read(offset, block);
    require(EVP_DigestUpdate(context.get(), block.data(), block.size()));
    on_block();
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  require(EVP_DigestFinal_ex(context.get(), digest, &size));
  std::string text;
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

bool is_sha256(const std::string& text) noexcept {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace saker
