#include "weights/zip_writer.hpp"

#include <libdeflate.h>

#include <utility>

#include "saker/error.hpp"
#include "weights/little_endian.hpp"

namespace saker {
namespace {

constexpr std::uint32_t kNarrowMax = 0xffffffff;
constexpr std::uint64_t kLocalHeaderSize = 30;
constexpr std::uint64_t kExtraHeaderSize = 4;
constexpr std::uint64_t kZip64LocalFieldSize = 20;
constexpr std::uint16_t kVersionPlain = 20, kVersionZip64 = 45;
constexpr std::uint16_t kUtf8Names = 0x0800;
constexpr std::uint16_t kPaddingField = 0x4246;  // the id under which PyTorch pads
constexpr std::uint16_t kDosDate = 0x0021;       // 1 January 1980: equal contents give equal files

std::uint32_t narrow(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

}  // namespace

ZipWriter::ZipWriter(const std::filesystem::path& path, const Options& options)
    : file_(path), options_(options) {}

void ZipWriter::add(std::string_view name, std::string_view text) {
  add(name, std::as_bytes(std::span(text.data(), text.size())));
}

void ZipWriter::add(std::string_view name, std::span<const std::byte> data) {
  if (name.size() > 0xffff)
    throw Error(ErrorKind::kInternal, "the name of a zip entry is too long");
  const std::uint32_t crc = ::libdeflate_crc32(0, data.data(), data.size());
  const Entry entry{std::string(name), file_.size(), data.size(), crc};
  const bool wide = is_wide(entry.size);

  const std::uint64_t fixed = entry.header_offset + kLocalHeaderSize + name.size() +
                              (wide ? kZip64LocalFieldSize : 0) + kExtraHeaderSize;
  const std::uint64_t padding =
      (options_.alignment - fixed % options_.alignment) % options_.alignment;

  std::string header;
  append_little_endian<std::uint32_t>(header, 0x04034b50);
  append_little_endian(header, wide ? kVersionZip64 : kVersionPlain);
  append_little_endian(header, kUtf8Names);
  append_little_endian<std::uint16_t>(header, 0);  // stored
  append_little_endian<std::uint16_t>(header, 0);  // midnight
  append_little_endian(header, kDosDate);
  append_little_endian(header, crc);
  append_little_endian(header, wide ? kNarrowMax : narrow(entry.size));
  append_little_endian(header, wide ? kNarrowMax : narrow(entry.size));
  append_little_endian(header, static_cast<std::uint16_t>(name.size()));
  append_little_endian(
      header,
      static_cast<std::uint16_t>((wide ? kZip64LocalFieldSize : 0) + kExtraHeaderSize + padding));
  header.append(name);
  if (wide) {
    append_little_endian<std::uint16_t>(header, 1);
    append_little_endian<std::uint16_t>(header, 16);
    append_little_endian(header, entry.size);
    append_little_endian(header, entry.size);
  }
  append_little_endian(header, kPaddingField);
  append_little_endian(header, static_cast<std::uint16_t>(padding));
  header.append(padding, 'Z');

  file_.write(header);
  file_.write(data);
  entries_.push_back(entry);
}

std::string ZipWriter::directory_header(const Entry& entry) const {
  std::string wide;  // the values that do not fit, in the order that the format asks for
  if (is_wide(entry.size)) {
    append_little_endian(wide, entry.size);
    append_little_endian(wide, entry.size);
  }
  if (is_wide(entry.header_offset)) append_little_endian(wide, entry.header_offset);
  const std::uint16_t version = wide.empty() ? kVersionPlain : kVersionZip64;
  const std::uint32_t size = is_wide(entry.size) ? kNarrowMax : narrow(entry.size);

  std::string header;
  append_little_endian<std::uint32_t>(header, 0x02014b50);
  append_little_endian(header, version);
  append_little_endian(header, version);
  append_little_endian(header, kUtf8Names);
  append_little_endian<std::uint16_t>(header, 0);
  append_little_endian<std::uint16_t>(header, 0);
  append_little_endian(header, kDosDate);
  append_little_endian(header, entry.crc32);
  append_little_endian(header, size);
  append_little_endian(header, size);
  append_little_endian(header, static_cast<std::uint16_t>(entry.name.size()));
  append_little_endian(
      header, static_cast<std::uint16_t>(wide.empty() ? 0 : wide.size() + kExtraHeaderSize));
  append_little_endian<std::uint16_t>(header, 0);  // no comment
  append_little_endian<std::uint16_t>(header, 0);  // first and only disk
  append_little_endian<std::uint16_t>(header, 0);
  append_little_endian<std::uint32_t>(header, 0);
  append_little_endian(header,
                       is_wide(entry.header_offset) ? kNarrowMax : narrow(entry.header_offset));
  header.append(entry.name);
  if (!wide.empty()) {
    append_little_endian<std::uint16_t>(header, 1);
    append_little_endian(header, static_cast<std::uint16_t>(wide.size()));
    header.append(wide);
  }
  return header;
}

void ZipWriter::finish() {
  const std::uint64_t offset = file_.size();
  for (const Entry& entry : entries_) file_.write(directory_header(entry));
  const std::uint64_t size = file_.size() - offset;
  const std::uint64_t count = entries_.size();
  const bool wide = is_wide(offset) || is_wide(size) || count >= 0xffff;

  std::string end;
  if (wide) {
    const std::uint64_t zip64_offset = file_.size();
    append_little_endian<std::uint32_t>(end, 0x06064b50);
    append_little_endian<std::uint64_t>(end, 44);  // bytes of this record from here on
    append_little_endian(end, kVersionZip64);
    append_little_endian(end, kVersionZip64);
    append_little_endian<std::uint32_t>(end, 0);
    append_little_endian<std::uint32_t>(end, 0);
    append_little_endian(end, count);
    append_little_endian(end, count);
    append_little_endian(end, size);
    append_little_endian(end, offset);
    append_little_endian<std::uint32_t>(end, 0x07064b50);
    append_little_endian<std::uint32_t>(end, 0);
    append_little_endian(end, zip64_offset);
    append_little_endian<std::uint32_t>(end, 1);
  }
  const auto narrow_count = static_cast<std::uint16_t>(wide ? 0xffff : count);
  append_little_endian<std::uint32_t>(end, 0x06054b50);
  append_little_endian<std::uint16_t>(end, 0);
  append_little_endian<std::uint16_t>(end, 0);
  append_little_endian(end, narrow_count);
  append_little_endian(end, narrow_count);
  append_little_endian(end, wide ? kNarrowMax : narrow(size));
  append_little_endian(end, wide ? kNarrowMax : narrow(offset));
  append_little_endian<std::uint16_t>(end, 0);
  file_.write(end);
  file_.commit();
}

}  // namespace saker
