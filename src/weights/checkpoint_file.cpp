#include "weights/checkpoint_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "saker/error.hpp"
#include "weights/byte_source.hpp"
#include "weights/pickle_reader.hpp"
#include "weights/pickle_writer.hpp"
#include "weights/zip_reader.hpp"
#include "weights/zip_writer.hpp"

namespace saker {
namespace {

constexpr std::string_view kPickleName = "data.pkl";
constexpr std::uint64_t kMaxPickleSize = std::uint64_t{512} << 20;

[[noreturn]] void refuse(const std::string& source, const std::string& why) {
  throw Error(ErrorKind::kCheckpoint, source + ": " + why);
}

bool starts_with(std::span<const std::byte> bytes, std::string_view text) {
  return bytes.size() >= text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin(), [](char c, std::byte b) {
           return std::byte(static_cast<unsigned char>(c)) == b;
         });
}

// The folder of the archive that holds the pickle, with its slash.
std::string root_folder(const ZipReader& zip, const std::string& source) {
  for (const ZipReader::Entry& entry : zip.entries()) {
    const std::size_t slash = entry.name.find('/');
    if (slash != std::string::npos &&
        std::string_view(entry.name).substr(slash + 1) == kPickleName) {
      return entry.name.substr(0, slash + 1);
    }
  }
  refuse(source, "is a zip archive, but holds no data.pkl; only files of torch.save are read");
}

class Storages {
 public:
  Storages(const ZipReader& zip, std::string root) : zip_(zip), root_(std::move(root)) {}

  std::shared_ptr<const TensorStorage> load(const std::string& key,
                                            StoredType type,
                                            std::int64_t numel) {
    if (const auto found = loaded_.find(key); found != loaded_.end()) {
      if (found->second->type != type || found->second->numel != numel) {
        throw Error(ErrorKind::kCheckpoint, fmt::format("uses the storage '{}' in two ways", key));
      }
      return found->second;
    }
    const ZipReader::Entry* entry = zip_.find(root_ + "data/" + key);
    if (entry == nullptr) {
      throw Error(ErrorKind::kCheckpoint, fmt::format("lacks the storage '{}' of a tensor", key));
    }
    // Written so that a huge count cannot overflow.
    if (entry->size % size_of(type) != 0 ||
        entry->size / size_of(type) != static_cast<std::uint64_t>(numel)) {
      throw Error(
          ErrorKind::kCheckpoint,
          fmt::format("claims {} elements of type {} for the storage '{}', which has {} bytes",
                      numel,
                      to_string(type),
                      key,
                      entry->size));
    }
    const std::shared_ptr<std::byte> memory = allocate_storage(entry->size);
    zip_.read(*entry, {memory.get(), entry->size});
    auto storage = std::make_shared<const TensorStorage>(
        TensorStorage{.type = type, .numel = numel, .bytes = memory, .is_own_memory = true});
    return loaded_.emplace(key, std::move(storage)).first->second;
  }

 private:
  const ZipReader& zip_;
  std::string root_;
  std::unordered_map<std::string, std::shared_ptr<const TensorStorage>> loaded_;
};

void check_byte_order(const ZipReader& zip, const std::string& root, const std::string& source) {
  const ZipReader::Entry* entry = zip.find(root + "byteorder");
  if (entry == nullptr || starts_with(zip.read(*entry), "little")) return;
  refuse(source, "was written on a big-endian machine; save it again on a little-endian one");
}

PickleValue read(const ByteSource& bytes, const std::string& source) {
  std::array<std::byte, 2> start{};
  if (bytes.size() >= start.size()) bytes.read(0, start);
  if (starts_with(start, "\x80\x02")) {
    refuse(source,
           "is a bare pickle, as PyTorch wrote before version 1.6; load and save it once with a "
           "newer version");
  }
  if (bytes.size() == 0) refuse(source, "is empty");
  if (!starts_with(start, "PK")) refuse(source, "is no file of torch.save");
  const ZipReader zip(bytes, source);
  const std::string root = root_folder(zip, source);
  check_byte_order(zip, root, source);
  const ZipReader::Entry& pickle = *zip.find(root + std::string(kPickleName));
  if (pickle.size > kMaxPickleSize) {
    refuse(source,
           fmt::format("has a data.pkl of {} bytes, more than the {} that are read",
                       pickle.size,
                       kMaxPickleSize));
  }
  Storages storages(zip, root);
  PickleValue value = read_pickle(
      zip.read(pickle), source, [&](const std::string& key, StoredType type, std::int64_t numel) {
        return storages.load(key, type, numel);
      });
  if (value.is_opaque()) {
    refuse(source,
           fmt::format("refers to {}, and is as a whole a Python object rather than a dictionary "
                       "of weights; nothing was run. "
                       "Save model.state_dict() instead",
                       value.type_name()));
  }
  return value;
}

}  // namespace

PickleValue read_checkpoint(const std::filesystem::path& path) {
  return read(FileSource(path), path.string());
}

PickleValue read_checkpoint(std::span<const std::byte> bytes, const std::string& source) {
  return read(MemorySource(bytes), source);
}

void write_checkpoint(const std::filesystem::path& path,
                      const PickleValue& value,
                      const std::string& root_name) {
  try {
    const WrittenPickle written = write_pickle(value);
    ZipWriter zip(path);
    zip.add(root_name + "/data.pkl", written.bytes);
    zip.add(root_name + "/.format_version", "1");
    zip.add(root_name + "/.storage_alignment", "64");
    zip.add(root_name + "/byteorder", "little");
    for (std::size_t i = 0; i < written.storages.size(); ++i) {
      zip.add(fmt::format("{}/data/{}", root_name, i), written.storages[i]->span());
    }
    zip.add(root_name + "/version", "3\n");
    zip.add(root_name + "/.data/serialization_id", std::string(40, '0'));
    zip.finish();
  } catch (const Error& error) {
    // Messages about the disk name the file already.
    if (error.kind() == ErrorKind::kIo) throw;
    throw error.with_context(path.string());
  }
}

}  // namespace saker
