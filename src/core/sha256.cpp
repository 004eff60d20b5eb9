#include "core/sha256.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "saker/error.hpp"

namespace saker {
namespace {

void require(bool done) {
  if (!done) throw Error(ErrorKind::kInternal, "SHA-256 could not be computed by libcrypto");
}

}  // namespace

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> state{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  require(EVP_DigestInit_ex(context_->state.get(), EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(context_->state.get(), bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest;
  unsigned int size = 0;
  require(EVP_DigestFinal_ex(
              context_->state.get(), reinterpret_cast<unsigned char*>(digest.data()), &size) == 1 &&
          size == digest.size());
  return digest;
}

Sha256Digest sha256_of(std::span<const std::byte> bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.finish();
}

std::string to_hex(const Sha256Digest& digest) {
  std::string text;
  for (const std::byte byte : digest) text += fmt::format("{:02x}", std::to_integer<int>(byte));
  return text;
}

}  // namespace saker
