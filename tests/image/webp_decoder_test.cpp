#include "image/webp_decoder.hpp"

#include <gtest/gtest.h>
#include <webp/encode.h>

#include <cstdint>
#include <vector>

#include "bytes.hpp"

namespace saker {
namespace {

test::Bytes encode_rgba(const std::vector<std::uint8_t>& rgba, int width, int height) {
  std::uint8_t* data = nullptr;
  const std::size_t size = WebPEncodeLosslessRGBA(rgba.data(), width, height, width * 4, &data);
  test::Bytes bytes;
  bytes.append(std::as_bytes(std::span(data, size)));
  WebPFree(data);
  return bytes;
}

TEST(WebpDecoder, LosslessWithoutAlpha) {
  const test::Bytes file = encode_rgba({1, 2, 3, 255, 4, 5, 6, 128}, 2, 1);
  EXPECT_EQ(test::values(decode_webp(file).image), (std::vector{1, 2, 3, 4, 5, 6}));
}

TEST(WebpDecoder, AnAnimationGivesItsFirstFrameInPlace) {
  const test::Bytes still = encode_rgba({9, 8, 7, 255}, 1, 1);
  const std::span<const std::byte> picture = std::span(still.get()).subspan(12);
  const auto u24 = [](test::Bytes& bytes, int value) {
    bytes.u8({value & 255, value >> 8 & 255, value >> 16});
  };
  test::Bytes frame;
  for (const int value : {1, 0, 0, 0, 100})
    u24(frame, value);  // x / 2, y / 2, width - 1, height - 1, duration
  frame.u8({0}).append(picture);
  test::Bytes body;
  body.text("WEBPVP8X").u32(10).u8({2, 0, 0, 0});
  u24(body, 3);
  u24(body, 0);
  body.text("ANIM")
      .u32(6)
      .u32(0)
      .u16(0)
      .text("ANMF")
      .u32(static_cast<std::uint32_t>(frame.size()))
      .append(frame);
  const test::Bytes file =
      test::Bytes().text("RIFF").u32(static_cast<std::uint32_t>(body.size())).append(body);
  EXPECT_EQ(test::values(decode_webp(file).image),
            (std::vector{0, 0, 0, 0, 0, 0, 9, 8, 7, 0, 0, 0}));
}

TEST(WebpDecoder, DamageIsAnError) {
  test::Bytes huge;
  huge.text("RIFF").u32(22).text("WEBPVP8X").u32(10).u8({0, 0, 0, 0, 255, 255, 0, 255, 255, 0});
  EXPECT_NE(test::data_error(huge), "");
  const test::Bytes whole = encode_rgba(std::vector<std::uint8_t>(64 * 64 * 4, 200), 64, 64);
  EXPECT_NE(test::data_error(std::span(whole.get()).first(whole.size() - 2)).find("truncated"),
            std::string::npos);
}

}  // namespace
}  // namespace saker
