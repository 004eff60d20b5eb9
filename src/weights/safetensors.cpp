#include "weights/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "core/atomic_file.hpp"
#include "saker/error.hpp"
#include "weights/byte_source.hpp"
#include "weights/little_endian.hpp"

namespace saker {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMaxHeaderSize = 100'000'000;  // the format's own limit
constexpr const char* kMetadata = "__metadata__";
constexpr int kMaxJsonDepth = 8;  // a well-formed header has three levels

constexpr std::array<std::pair<std::string_view, StoredType>, 10> kTypes{{
    {"F32", StoredType::kFloat32},
    {"F64", StoredType::kFloat64},
    {"F16", StoredType::kFloat16},
    {"BF16", StoredType::kBFloat16},
    {"I64", StoredType::kInt64},
    {"I32", StoredType::kInt32},
    {"I16", StoredType::kInt16},
    {"I8", StoredType::kInt8},
    {"U8", StoredType::kUint8},
    {"BOOL", StoredType::kBool},
}};

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorKind::kCheckpoint, what); }

// Repeated keys would vanish in the parsed tree, so they are counted while it is made.
Json parse_header(std::string_view text) {
  std::unordered_set<std::string> names;
  bool repeated = false, deep = false;
  const Json::parser_callback_t watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    deep |= depth > kMaxJsonDepth;
    if (event == Json::parse_event_t::key && depth == 1) {
      repeated |= !names.insert(parsed.get<std::string>()).second;
    }
    return !deep;
  };
  Json header = Json::parse(text, watch, false);
  if (deep || !header.is_object())
    refuse("its header is no JSON object; this is no safetensors file, or a damaged one");
  if (repeated) refuse("its header names a tensor twice");
  return header;
}

std::int64_t whole_number(const Json& value, const std::string& name) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > (std::uint64_t{1} << 56)) {
    refuse(fmt::format("tensor '{}': a size or an offset is no whole number in range", name));
  }
  return value.get<std::int64_t>();
}

const Json& member(const Json& entry,
                   const char* key,
                   bool (Json::*is_type)() const noexcept,
                   const std::string& name) {
  const auto found = entry.find(key);
  if (found == entry.end() || !((*found).*is_type)())
    refuse(fmt::format("tensor '{}' has no valid {}", name, key));
  return *found;
}

struct Range {
  std::int64_t begin = 0, end = 0;
  std::size_t tensor = 0;
};

// The tensor of an entry, without its storage's bytes.
StoredTensor describe(const Json& entry, const std::string& name, Range& range) {
  if (!entry.is_object()) refuse(fmt::format("tensor '{}' is not described by an object", name));
  const std::string dtype = member(entry, "dtype", &Json::is_string, name).get<std::string>();
  const auto* type =
      std::ranges::find(kTypes, dtype, &std::pair<std::string_view, StoredType>::first);
  if (type == kTypes.end())
    refuse(fmt::format("tensor '{}' has the type '{}', which is not supported", name, dtype));
  const Json& offsets = member(entry, "data_offsets", &Json::is_array, name);
  if (offsets.size() != 2) refuse(fmt::format("tensor '{}' has no valid data_offsets", name));
  range.begin = whole_number(offsets[0], name);
  range.end = whole_number(offsets[1], name);

  StoredTensor tensor;
  std::int64_t numel = 1;
  for (const Json& size : member(entry, "shape", &Json::is_array, name)) {
    tensor.shape.push_back(whole_number(size, name));
    if (__builtin_mul_overflow(numel, tensor.shape.back(), &numel)) numel = -1;
    if (numel < 0 || tensor.shape.size() > 64)
      refuse(fmt::format("tensor '{}' has an impossible shape", name));
  }
  const auto size = static_cast<std::int64_t>(size_of(type->second));
  if (range.end < range.begin || numel > (range.end - range.begin) / size ||
      numel * size != range.end - range.begin) {
    refuse(fmt::format("tensor '{}' of {} {} values does not fill the bytes {} to {}",
                       name,
                       numel,
                       to_string(type->second),
                       range.begin,
                       range.end));
  }
  // Only the type for now; the bytes are taken once all ranges are known to be sound.
  tensor.storage = std::make_shared<const TensorStorage>(TensorStorage{.type = type->second});
  tensor.strides = row_major_strides(tensor.shape);
  return tensor;
}

SafetensorsFile parse(const ByteSource& bytes) {
  std::array<std::byte, sizeof(std::uint64_t)> size_field{};
  if (bytes.size() < size_field.size()) refuse("is too short for a safetensors file");
  bytes.read(0, size_field);
  const auto header_size = load_little_endian<std::uint64_t>(size_field.data());
  const std::uint64_t rest = bytes.size() - size_field.size();
  if (header_size > kMaxHeaderSize || header_size > rest) {
    refuse(fmt::format(
        "claims a header of {} bytes, but {} follow; this is no safetensors file, or a damaged one",
        header_size,
        rest));
  }
  std::string header_text(header_size, '\0');
  bytes.read(size_field.size(), std::as_writable_bytes(std::span(header_text)));
  const Json header = parse_header(header_text);
  const std::uint64_t data_offset = size_field.size() + header_size;
  const std::uint64_t data_size = rest - header_size;

  SafetensorsFile file;
  std::vector<Range> ranges;
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadata) {
      if (!entry.is_object()) refuse("its metadata is no map of texts");
      for (const auto& [key, text] : entry.items()) {
        if (!text.is_string()) refuse(fmt::format("its metadata '{}' is no text", key));
        file.metadata.emplace_back(key, text.get<std::string>());
      }
      continue;
    }
    Range range{.begin = 0, .end = 0, .tensor = file.tensors.size()};
    file.tensors.emplace_back(name, describe(entry, name, range));
    ranges.push_back(range);
  }

  std::ranges::sort(ranges, [](const Range& a, const Range& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::int64_t covered = 0;
  for (const Range& range : ranges) {
    if (range.begin != covered) {
      refuse(fmt::format("tensor '{}' begins at byte {}, but the one before it ends at {}",
                         file.tensors[range.tensor].first,
                         range.begin,
                         covered));
    }
    covered = range.end;
  }
  if (static_cast<std::uint64_t>(covered) != data_size) {
    refuse(fmt::format(
        "its tensors need {} bytes, but {} follow the header; the file was not copied whole",
        covered,
        data_size));
  }
  std::vector<std::pair<std::string, StoredTensor>> ordered;
  ordered.reserve(ranges.size());
  for (const Range& range : ranges) {
    auto& [name, tensor] = file.tensors[range.tensor];
    const auto size = static_cast<std::size_t>(range.end - range.begin);
    const std::shared_ptr<std::byte> memory = allocate_storage(size);
    bytes.read(data_offset + static_cast<std::uint64_t>(range.begin), {memory.get(), size});
    tensor.storage = std::make_shared<const TensorStorage>(TensorStorage{
        .type = tensor.type(), .numel = tensor.numel(), .bytes = memory, .is_own_memory = true});
    ordered.emplace_back(std::move(name), std::move(tensor));
  }
  file.tensors = std::move(ordered);
  return file;
}

SafetensorsFile read(const ByteSource& bytes, const std::string& source) {
  try {
    return parse(bytes);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kIo) throw;  // names the file already
    throw error.with_context(source);
  }
}

}  // namespace

SafetensorsFile read_safetensors(const std::filesystem::path& path) {
  return read(FileSource(path), path.string());
}

SafetensorsFile read_safetensors(std::span<const std::byte> bytes, const std::string& source) {
  return read(MemorySource(bytes), source);
}

void write_safetensors(const std::filesystem::path& path, const SafetensorsFile& file) {
  Json header = Json::object();
  for (const auto& [key, text] : file.metadata) header[kMetadata][key] = text;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    if (name == kMetadata || header.contains(name)) {
      refuse(
          fmt::format("{}: the tensor name '{}' comes twice or is reserved", path.string(), name));
    }
    const auto* type =
        std::ranges::find(kTypes, tensor.type(), &std::pair<std::string_view, StoredType>::second);
    const std::size_t end =
        offset + static_cast<std::size_t>(tensor.numel()) * size_of(tensor.type());
    header[name] = {
        {"dtype", type->first}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  // Spaces up to a multiple of 8 keep the data aligned. Names that are not valid UTF-8 cannot stand
  // in JSON.
  std::string text;
  try {
    text = header.dump();
  } catch (const Json::exception&) {
    refuse(path.string() + ": a tensor name or a text of the metadata is not valid UTF-8");
  }
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string size;
  append_little_endian(size, static_cast<std::uint64_t>(text.size()));

  AtomicFile out(path);
  out.write(size);
  out.write(text);
  for (const auto& [name, tensor] : file.tensors) out.write(tensor.contiguous_bytes());
  out.commit();
}

}  // namespace saker
