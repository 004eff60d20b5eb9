#include "image/dicom_dataset.hpp"

#include <gtest/gtest.h>

#include "dicom_file.hpp"

namespace saker {
namespace {

using test::Bytes;

TEST(DicomDataset, ReadsElementsOfAllThreeEncodings) {
  const Bytes explicit_file = test::dicom_head(test::kExplicitLittleEndian)
                                  .append(test::number(0x00280010, 7))
                                  .append(test::element(0x00281050, "DS", "1.5\\2"));
  const Bytes implicit_file = test::dicom_head("1.2.840.10008.1.2")
                                  .u16(0x28)
                                  .u16(0x10)
                                  .u32(2)
                                  .u16(7)
                                  .u16(0x28)
                                  .u16(0x1050)
                                  .u32(6)
                                  .text("1.5\\2 ");
  const Bytes big_file = test::dicom_head("1.2.840.10008.1.2.2")
                             .u16(0x28, true)
                             .u16(0x10, true)
                             .text("US")
                             .u16(2, true)
                             .u16(7, true)
                             .u16(0x28, true)
                             .u16(0x1050, true)
                             .text("DS")
                             .u16(6, true)
                             .text("1.5\\2 ");
  for (const Bytes& file : {explicit_file, implicit_file, big_file}) {
    const DicomDataset dataset = DicomDataset::parse(file);
    EXPECT_EQ(dataset.u16(0x00280010), 7);
    EXPECT_EQ(dataset.u16(0x00280010, 1), std::nullopt);
    EXPECT_EQ(dataset.text(0x00281050), "1.5");
    EXPECT_EQ(dataset.number(0x00281050), 1.5);
    EXPECT_EQ(dataset.number(0x00281051), std::nullopt);
    EXPECT_FALSE(dataset.has(0x00281051));
  }
}

TEST(DicomDataset, SequencesWithAndWithoutLengths) {
  const Bytes inner = test::number(0x00280010, 3);
  const auto size = static_cast<std::uint32_t>(inner.size());
  const Bytes with =
      test::element(0x00283000, "SQ", Bytes().u16(0xFFFE).u16(0xE000).u32(size).append(inner));
  Bytes without;
  without.u16(0x28)
      .u16(0x3000)
      .text("SQ")
      .u16(0)
      .u32(0xFFFFFFFF)
      .u16(0xFFFE)
      .u16(0xE000)
      .u32(0xFFFFFFFF)
      .append(inner);
  without.u16(0xFFFE).u16(0xE00D).u32(0).u16(0xFFFE).u16(0xE0DD).u32(0);
  for (const Bytes& sequence : {with, without}) {
    const Bytes file = test::dicom_head(test::kExplicitLittleEndian)
                           .append(sequence)
                           .append(test::number(0x00290010, 5));
    const DicomDataset dataset = DicomDataset::parse(file);
    ASSERT_TRUE(dataset.first_item(0x00283000));
    EXPECT_EQ(dataset.first_item(0x00283000)->u16(0x00280010), 3);
    EXPECT_EQ(dataset.u16(0x00290010), 5);
  }
}

TEST(DicomDataset, FragmentsWithoutTheOffsetTable) {
  Bytes file = test::dicom_head("1.2.840.10008.1.2.5");
  file.u16(0x7FE0).u16(0x10).text("OB").u16(0).u32(0xFFFFFFFF).u16(0xFFFE).u16(0xE000).u32(0);
  file.u16(0xFFFE)
      .u16(0xE000)
      .u32(2)
      .text("ab")
      .u16(0xFFFE)
      .u16(0xE000)
      .u32(4)
      .text("cdef")
      .u16(0xFFFE)
      .u16(0xE0DD)
      .u32(0);
  const DicomDataset dataset = DicomDataset::parse(file);
  const auto fragments = dataset.fragments(0x7FE00010);
  ASSERT_EQ(fragments.size(), 2U);
  EXPECT_EQ(fragments[1].size(), 4U);
}

TEST(DicomDataset, DamageIsAnError) {
  const auto message = [](const Bytes& file) {
    try {
      DicomDataset::parse(file);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kData);
      return std::string(error.what());
    }
    return std::string();
  };
  const Bytes head = test::dicom_head(test::kExplicitLittleEndian);
  EXPECT_NE(message(Bytes().zeros(128).text("DICM")).find("transfer syntax"), std::string::npos);
  EXPECT_NE(message(test::dicom_head("1.2.840.10008.1.2.1.99")).find("deflated"),
            std::string::npos);
  EXPECT_NE(
      message(Bytes(head).u16(0x28).u16(0x10).text("OW").u16(0).u32(0xFFFFFFF0)).find("truncated"),
      std::string::npos);
  EXPECT_NE(message(Bytes(head).u16(0x28).u16(0x10).text("??").u32(0)).find("(0028,0010)"),
            std::string::npos);
  Bytes nested = head;
  for (int i = 0; i < 1000; ++i)
    nested.u16(0x28)
        .u16(0x3000)
        .text("SQ")
        .u16(0)
        .u32(0xFFFFFFFF)
        .u16(0xFFFE)
        .u16(0xE000)
        .u32(0xFFFFFFFF);
  EXPECT_NE(message(nested).find("nested too deeply"), std::string::npos);
  const Bytes words = Bytes(head).append(test::element(0x00281050, "DS", "abc"));
  EXPECT_THROW(static_cast<void>(DicomDataset::parse(words).number(0x00281050)), Error);
}

}  // namespace
}  // namespace saker
