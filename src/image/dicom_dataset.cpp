#include "image/dicom_dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "image/byte_reader.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr DicomTag kTransferSyntax = 0x00020010;
constexpr DicomTag kPixelData = 0x7FE00010;
constexpr DicomTag kItem = 0xFFFEE000;
constexpr DicomTag kItemEnd = 0xFFFEE00D;
constexpr DicomTag kSequenceEnd = 0xFFFEE0DD;
constexpr std::uint32_t kUndefinedLength = 0xFFFFFFFF;
constexpr std::uint64_t kFirstElement = 132;
constexpr int kMaxDepth = 32;

constexpr std::uint16_t vr_code(const char (&name)[3]) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(name[0]) << 8 |
                                    static_cast<unsigned char>(name[1]));
}

[[noreturn]] void fail_truncated() {
  throw Error(ErrorKind::kData, "the DICOM data end too early; the file is truncated");
}

// Value representations with a 32-bit length.
bool has_long_length(std::uint16_t vr) {
  constexpr std::uint16_t kLong[] = {vr_code("OB"),
                                     vr_code("OD"),
                                     vr_code("OF"),
                                     vr_code("OL"),
                                     vr_code("OV"),
                                     vr_code("OW"),
                                     vr_code("SQ"),
                                     vr_code("UC"),
                                     vr_code("UN"),
                                     vr_code("UR"),
                                     vr_code("UT"),
                                     vr_code("SV"),
                                     vr_code("UV")};
  return std::find(std::begin(kLong), std::end(kLong), vr) != std::end(kLong);
}

struct Head {
  DicomTag tag = 0;
  std::uint16_t vr = 0;
  std::uint32_t length = 0;
};

// Walks over elements; every step checks that the bytes exist.
class Walker {
 public:
  Walker(std::span<const std::byte> bytes, bool explicit_vr, bool big_endian)
      : bytes_(bytes),
        reader_(bytes, big_endian),
        explicit_vr_(explicit_vr),
        big_endian_(big_endian) {}

  bool at_end() const { return at_ >= bytes_.size(); }
  DicomTag next_tag() const { return DicomTag{reader_.u16(at_)} << 16 | reader_.u16(at_ + 2); }

  Head head() {
    need(8);
    Head head{next_tag(), 0, 0};
    if (!explicit_vr_ || head.tag >> 16 == 0xFFFE) {
      head.length = reader_.u32(at_ + 4);
      at_ += 8;
      return head;
    }
    const std::uint8_t first = reader_.u8(at_ + 4);
    const std::uint8_t second = reader_.u8(at_ + 5);
    if (first < 'A' || first > 'Z' || second < 'A' || second > 'Z') {
      throw Error(
          ErrorKind::kData,
          fmt::format("the DICOM element ({:04x},{:04x}) has no valid type; the file is damaged",
                      head.tag >> 16,
                      head.tag & 0xFFFF));
    }
    head.vr = static_cast<std::uint16_t>(first << 8 | second);
    if (has_long_length(head.vr)) {
      need(12);
      head.length = reader_.u32(at_ + 8);
      at_ += 12;
    } else {
      head.length = reader_.u16(at_ + 6);
      at_ += 8;
    }
    return head;
  }

  // The value that follows a head.
  std::span<const std::byte> value(const Head& head, int depth) {
    const std::uint64_t start = at_;
    if (head.length != kUndefinedLength) {
      need(head.length);
      at_ += head.length;
      return bytes_.subspan(start, head.length);
    }
    // A sequence of unknown type (UN) without a length is written implicitly.
    const bool implicit = head.vr == vr_code("UN");
    Walker items(bytes_.subspan(start), explicit_vr_ && !implicit, big_endian_);
    const std::uint64_t size = items.skip_items(depth);
    at_ += items.at_;
    return bytes_.subspan(start, size);
  }

  std::uint64_t position() const { return at_; }

 private:
  void need(std::uint64_t count) const {
    if (!reader_.has(at_, count)) fail_truncated();
  }

  // Passes all items and the sequence's end; returns the size of the items alone.
  std::uint64_t skip_items(int depth) {
    if (depth > kMaxDepth)
      throw Error(ErrorKind::kData, "the DICOM sequences are nested too deeply");
    while (true) {
      const std::uint64_t start = at_;
      const Head item = head();
      if (item.tag == kSequenceEnd) return start;
      if (item.tag != kItem)
        throw Error(ErrorKind::kData,
                    "a DICOM sequence holds something that is no item; the file is damaged");
      if (item.length != kUndefinedLength) {
        need(item.length);
        at_ += item.length;
        continue;
      }
      while (true) {
        const Head element = head();
        if (element.tag == kItemEnd) break;
        value(element, depth + 1);
      }
    }
  }

  std::span<const std::byte> bytes_;
  ByteReader reader_;
  bool explicit_vr_;
  bool big_endian_;
  std::uint64_t at_ = 0;
};

std::string trimmed(std::string_view text) {
  text = text.substr(0, text.find('\\'));
  constexpr std::string_view kPadding(" \0\t\r\n", 5);
  const std::size_t first = text.find_first_not_of(kPadding);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kPadding) - first + 1));
}

}  // namespace

DicomDataset DicomDataset::parse_elements(std::span<const std::byte> bytes,
                                          bool explicit_vr,
                                          bool big_endian) {
  DicomDataset dataset;
  dataset.explicit_vr_ = explicit_vr;
  dataset.big_endian_ = big_endian;
  Walker walker(bytes, explicit_vr, big_endian);
  while (!walker.at_end()) {
    const Head head = walker.head();
    if (head.tag == kItemEnd) break;
    dataset.elements_.insert_or_assign(head.tag, Element{walker.value(head, 0), head.vr});
    if (head.tag == kPixelData) break;
  }
  return dataset;
}

DicomDataset DicomDataset::parse(std::span<const std::byte> file) {
  const std::span<const std::byte> all = file.subspan(kFirstElement);
  Walker meta(all, true, false);
  std::string syntax;
  while (!meta.at_end() && meta.next_tag() >> 16 == 0x0002) {
    const Head head = meta.head();
    const std::span<const std::byte> value = meta.value(head, 0);
    if (head.tag == kTransferSyntax) {
      syntax = trimmed({reinterpret_cast<const char*>(value.data()), value.size()});
    }
  }
  if (syntax.empty())
    throw Error(ErrorKind::kData,
                "the DICOM file names no transfer syntax (0002,0010); it is damaged or truncated");
  if (syntax == "1.2.840.10008.1.2.1.99") {
    throw Error(
        ErrorKind::kData,
        "deflated DICOM files are not supported; convert the file to explicit little endian");
  }
  const bool implicit = syntax == "1.2.840.10008.1.2";
  const bool big_endian = syntax == "1.2.840.10008.1.2.2";
  DicomDataset dataset = parse_elements(all.subspan(meta.position()), !implicit, big_endian);
  dataset.transfer_syntax_ = syntax;
  return dataset;
}

std::span<const std::byte> DicomDataset::bytes(DicomTag tag) const {
  const auto found = elements_.find(tag);
  return found == elements_.end() ? std::span<const std::byte>() : found->second.value;
}

std::optional<std::uint16_t> DicomDataset::u16(DicomTag tag, std::size_t index) const {
  const ByteReader reader(bytes(tag), big_endian_);
  if (!reader.has(2 * index, 2)) return std::nullopt;
  return reader.u16(2 * index);
}

std::string DicomDataset::text(DicomTag tag) const {
  const std::span<const std::byte> value = bytes(tag);
  return trimmed({reinterpret_cast<const char*>(value.data()), value.size()});
}

std::optional<double> DicomDataset::number(DicomTag tag) const {
  const std::string value = text(tag);
  if (value.empty()) return std::nullopt;
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (*end != '\0' || !std::isfinite(number)) {
    throw Error(ErrorKind::kData,
                fmt::format("the DICOM element ({:04x},{:04x}) is '{}', which is no number",
                            tag >> 16,
                            tag & 0xFFFF,
                            value));
  }
  return number;
}

std::optional<DicomDataset> DicomDataset::first_item(DicomTag sequence) const {
  const std::span<const std::byte> items = bytes(sequence);
  const ByteReader reader(items, big_endian_);
  if (!reader.has(0, 8)) return std::nullopt;
  const std::uint32_t length = reader.u32(4);
  const std::uint64_t size = std::min<std::uint64_t>(length, items.size() - 8);
  return parse_elements(items.subspan(8, size), explicit_vr_, big_endian_);
}

std::vector<std::span<const std::byte>> DicomDataset::fragments(DicomTag tag) const {
  const std::span<const std::byte> items = bytes(tag);
  const ByteReader reader(items, big_endian_);
  std::vector<std::span<const std::byte>> fragments;
  bool is_offset_table = true;
  for (std::uint64_t at = 0; reader.has(at, 8);) {
    const std::uint32_t length = reader.u32(at + 4);
    at += 8;
    if (!reader.has(at, length)) fail_truncated();
    if (!is_offset_table) fragments.push_back(items.subspan(at, length));
    is_offset_table = false;
    at += length;
  }
  return fragments;
}

bool DicomDataset::is_words(DicomTag tag) const {
  const auto found = elements_.find(tag);
  return found != elements_.end() && found->second.vr == vr_code("OW");
}

}  // namespace saker
