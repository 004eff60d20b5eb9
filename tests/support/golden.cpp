#include "golden.hpp"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <regex>
#include <stdexcept>

#include "core/file.hpp"

namespace saker::test {
namespace {

std::filesystem::path folder_of(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? std::filesystem::path() : std::filesystem::path(value);
}

}  // namespace

std::filesystem::path golden_path(const std::string& name) {
  for (const std::filesystem::path& folder :
       {folder_of("SAKER_GOLDEN_DIR"), std::filesystem::path(SAKER_TEST_SOURCE_DIR) / "golden"}) {
    if (!folder.empty() && std::filesystem::exists(folder / name)) return folder / name;
  }
  return {};
}

std::filesystem::path data_path(const std::string& name) {
  const std::filesystem::path data = folder_of("SAKER_DATA_DIR");
  if (!data.empty() && std::filesystem::exists(data / name)) return data / name;
  const std::filesystem::path golden = folder_of("SAKER_GOLDEN_DIR");
  if (!golden.empty() && std::filesystem::exists(golden.parent_path() / "data" / name))
    return golden.parent_path() / "data" / name;
  return {};
}

nlohmann::ordered_json read_json(const std::filesystem::path& path) {
  // Python writes numbers that are not finite as NaN and Infinity, which JSON does not have.
  static const std::regex not_finite("([:,\\[]\\s*)(NaN|-?Infinity)\\b");
  return nlohmann::ordered_json::parse(
      std::regex_replace(read_text_file(path), not_finite, "$1null"));
}

std::int64_t Array::numel() const {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

std::map<std::string, Array> read_safetensors(const std::filesystem::path& path) {
  const std::vector<std::byte> file = read_file(path);
  std::uint64_t header_size = 0;
  if (file.size() < sizeof(header_size)) throw std::runtime_error(path.string() + ": too short");
  std::memcpy(&header_size, file.data(), sizeof(header_size));
  const char* text = reinterpret_cast<const char*>(file.data()) + sizeof(header_size);
  const auto header = nlohmann::ordered_json::parse(text, text + header_size);
  std::map<std::string, Array> arrays;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    Array array;
    array.dtype = entry.at("dtype").get<std::string>();
    array.shape = entry.at("shape").get<std::vector<std::int64_t>>();
    const std::byte* data = file.data() + sizeof(header_size) + header_size;
    array.bytes.assign(data + entry.at("data_offsets")[0].get<std::int64_t>(),
                       data + entry.at("data_offsets")[1].get<std::int64_t>());
    arrays.emplace(name, std::move(array));
  }
  return arrays;
}

}  // namespace saker::test
