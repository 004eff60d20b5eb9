#include "image/pnm_decoder.hpp"

#include <gtest/gtest.h>

#include "bytes.hpp"

namespace saker {
namespace {

std::vector<int> decode(std::string_view text) {
  return test::values(decode_pnm(test::Bytes().text(text)));
}

TEST(PnmDecoder, PlainForms) {
  EXPECT_EQ(decode("P1 3 1 1 0 1"), (std::vector{0, 0, 0, 255, 255, 255, 0, 0, 0}));
  EXPECT_EQ(decode("P1\n3 1\n101"), (std::vector{0, 0, 0, 255, 255, 255, 0, 0, 0}));
  EXPECT_EQ(decode("P2 2 1 10 0 10"), (std::vector{0, 0, 0, 255, 255, 255}));
  EXPECT_EQ(decode("P3 1 1 255 1 2 3"), (std::vector{1, 2, 3}));
}

TEST(PnmDecoder, RawForms) {
  EXPECT_EQ(decode(std::string_view("P4 3 1 \xA0", 8)),
            (std::vector{0, 0, 0, 255, 255, 255, 0, 0, 0}));
  EXPECT_EQ(decode("P5 2 1 255 AB"), (std::vector{65, 65, 65, 66, 66, 66}));
  EXPECT_EQ(decode("P6 1 1 255 ABC"), (std::vector{65, 66, 67}));
  EXPECT_EQ(decode(std::string_view("P6 1 1 15 \x00\x0F\x07", 13)), (std::vector{0, 255, 119}));
}

TEST(PnmDecoder, CommentsStandAnywhereInTheHeader) {
  EXPECT_EQ(decode("P2# one\n# two\n1#three\n1 # four\r255\n# five\n7"), (std::vector{7, 7, 7}));
}

TEST(PnmDecoder, MoreThanEightBitsBecomeFractions) {
  const Image raw = decode_pnm(test::Bytes().text("P5 2 1 65535 ").u16(65535, true).u16(258, true));
  ASSERT_EQ(raw.type(), PixelType::kF32);
  EXPECT_EQ(raw.f32()[0], 1.0F);
  EXPECT_EQ(raw.f32()[4], 258.0F / 65535.0F);
  const Image plain = decode_pnm(test::Bytes().text("P3 1 1 1000 0 500 1000"));
  EXPECT_EQ(plain.f32()[1], 0.5F);
}

TEST(PnmDecoder, BadHeadersAreErrors) {
  for (const char* text : {"P5 0 1 255 ",
                           "P5 x 1 255 ",
                           "P5 1 1 0 A",
                           "P5 1 1 65536 A",
                           "P5 1 1 255A",
                           "P5 1 -1 255 ",
                           "P5 99999999999999999999 1 255 ",
                           "P1 1 1 2",
                           "P2 1 1 255 x"}) {
    EXPECT_NE(test::data_error(test::Bytes().text(text)), "") << text;
  }
  EXPECT_NE(test::data_error(test::Bytes().text("P5 100000 100000 255 ")).find("more than"),
            std::string::npos);
  EXPECT_NE(test::data_error(test::Bytes().text("P5 10000 10000 255 AB")).find("truncated"),
            std::string::npos);
  EXPECT_NE(test::data_error(test::Bytes().text("P2 10000 10000 255 1 2")).find("truncated"),
            std::string::npos);
  EXPECT_NE(test::data_error(test::Bytes().text("P2 1 1 100 101")).find("101"), std::string::npos);
  EXPECT_NE(test::data_error(test::Bytes().text("P5 1 1 64 A")).find("65"), std::string::npos);
}

}  // namespace
}  // namespace saker
