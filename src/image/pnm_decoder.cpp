#include "image/pnm_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "image/decoded_image.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

bool is_space(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorKind::kData, message); }
[[noreturn]] void fail_truncated() { fail("the PNM data end too early; the file is truncated"); }
[[noreturn]] void fail_sample(std::uint32_t value, std::uint32_t maximum) {
  fail(fmt::format(
      "the PNM has the sample {}, but its header gives {} as the maximum", value, maximum));
}

// Characters of the header and of plain samples.
class Scanner {
 public:
  explicit Scanner(std::span<const std::byte> bytes)
      : next_(reinterpret_cast<const unsigned char*>(bytes.data())), end_(next_ + bytes.size()) {}

  std::uint32_t number(const char* what) {
    skip_space();
    if (next_ == end_) fail_truncated();
    if (!is_digit(*next_))
      fail(fmt::format("the PNM has no number where its {} is expected", what));
    std::uint64_t value = 0;
    for (; next_ != end_ && is_digit(*next_); ++next_) {
      value = value * 10 + (*next_ - static_cast<unsigned>('0'));
      if (value > 0xFFFFFFFF) fail(fmt::format("the {} of the PNM is too large", what));
    }
    return static_cast<std::uint32_t>(value);
  }

  // A bit of P1, which may stand without space before it.
  bool bit() {
    skip_space();
    if (next_ == end_) fail_truncated();
    if (*next_ != '0' && *next_ != '1') fail("a plain PBM holds 0 and 1 only");
    return *next_++ == '1';
  }

  // The one space between a raw header and its samples.
  void skip_one_space() {
    if (next_ == end_) fail_truncated();
    if (!is_space(*next_)) fail("the PNM has no space after its header");
    ++next_;
  }

  std::size_t left() const { return static_cast<std::size_t>(end_ - next_); }
  const unsigned char* next() const { return next_; }
  void advance(std::size_t count) { next_ += count; }

 private:
  void skip_space() {
    while (next_ != end_ && (is_space(*next_) || *next_ == '#')) {
      if (*next_ == '#') {
        while (next_ != end_ && *next_ != '\n' && *next_ != '\r') ++next_;
      } else {
        ++next_;
      }
    }
  }

  const unsigned char* next_;
  const unsigned char* end_;
};

struct Header {
  bool plain;
  bool bitmap;
  std::uint32_t channels;
  std::uint32_t width;
  std::uint32_t height;
  std::uint32_t maximum;
};

Header read_header(Scanner& scanner) {
  const unsigned kind = scanner.next()[1] - static_cast<unsigned>('0');
  scanner.advance(2);
  Header header{};
  header.plain = kind <= 3;
  header.bitmap = kind == 1 || kind == 4;
  header.channels = kind == 3 || kind == 6 ? 3 : 1;
  header.width = scanner.number("width");
  header.height = scanner.number("height");
  check_image_size(header.width, header.height);
  header.maximum = header.bitmap ? 1 : scanner.number("maximum");
  if (header.maximum < 1 || header.maximum > 65535) {
    fail(fmt::format("the PNM has the maximum {}, but 1 to 65535 are possible", header.maximum));
  }
  if (!header.plain) scanner.skip_one_space();
  return header;
}

// Checked before memory is taken: a plain sample has at least one character, and a space but for
// bits and the last.
void check_data_size(const Header& header, std::size_t left) {
  const std::uint64_t width = header.width;
  const std::uint64_t samples = width * header.height * header.channels;
  std::uint64_t needed = samples * (header.maximum > 255 ? 2 : 1);
  if (header.plain) {
    needed = header.bitmap ? samples : 2 * samples - 1;
  } else if (header.bitmap) {
    needed = (width + 7) / 8 * header.height;
  }
  if (left < needed) fail_truncated();
}

// Calls put(index, sample) for each sample in order.
template <typename Put>
void for_each_sample(const Header& header, Scanner& scanner, Put put) {
  const std::size_t row = std::size_t{header.width} * header.channels;
  const std::size_t count = row * header.height;
  if (header.plain) {
    for (std::size_t i = 0; i < count; ++i) {
      put(i,
          header.bitmap ? static_cast<std::uint32_t>(!scanner.bit())
                        : scanner.number("next sample"));
    }
    return;
  }
  const unsigned char* data = scanner.next();
  if (header.bitmap) {
    for (std::size_t y = 0; y < header.height; ++y, data += (row + 7) / 8) {
      for (std::size_t x = 0; x < row; ++x)
        put(y * row + x, ((data[x / 8] >> (7 - x % 8)) & 1U) ^ 1U);
    }
  } else if (header.maximum > 255) {
    for (std::size_t i = 0; i < count; ++i)
      put(i, static_cast<std::uint32_t>(data[2 * i] << 8 | data[2 * i + 1]));
  } else {
    for (std::size_t i = 0; i < count; ++i) put(i, data[i]);
  }
}

template <typename Value>
void replicate(Value* out, std::size_t index, std::uint32_t channels, Value value) {
  if (channels == 3) {
    out[index] = value;
  } else {
    std::fill_n(out + 3 * index, 3, value);
  }
}

}  // namespace

OrientedSize pnm_size(std::span<const std::byte> bytes) {
  Scanner scanner(bytes);
  const Header header = read_header(scanner);
  return {.width = header.width, .height = header.height};
}

Image decode_pnm(std::span<const std::byte> bytes) {
  Scanner scanner(bytes);
  const Header header = read_header(scanner);
  check_data_size(header, scanner.left());
  const std::uint32_t maximum = header.maximum;
  Image image(header.height, header.width, 3, maximum > 255 ? PixelType::kF32 : PixelType::kU8);
  if (maximum > 255) {
    float* out = image.mutable_f32().data();
    for_each_sample(header, scanner, [&](std::size_t i, std::uint32_t sample) {
      if (sample > maximum) fail_sample(sample, maximum);
      replicate(out, i, header.channels, static_cast<float>(sample) / static_cast<float>(maximum));
    });
    return image;
  }
  std::uint8_t* out = image.mutable_u8().data();
  if (!header.plain && header.channels == 3 && maximum == 255) {
    std::memcpy(out, scanner.next(), image.value_count());
    return image;
  }
  std::array<std::uint8_t, 256> scaled{};
  for (std::uint32_t v = 0; v <= maximum; ++v)
    scaled[v] = static_cast<std::uint8_t>((v * 255 + maximum / 2) / maximum);
  for_each_sample(header, scanner, [&](std::size_t i, std::uint32_t sample) {
    if (sample > maximum) fail_sample(sample, maximum);
    replicate(out, i, header.channels, scaled[sample]);
  });
  return image;
}

}  // namespace saker
