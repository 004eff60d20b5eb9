#include "weights/stored_tensor.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>

namespace saker {
namespace {

StoredTensor view(std::vector<std::int64_t> shape,
                  std::vector<std::int64_t> strides,
                  std::int64_t offset = 0) {
  const std::int16_t values[] = {0, 1, 2, 3, 4, 5};
  return {copy_to_storage(StoredType::kInt16, std::as_bytes(std::span(values))),
          offset,
          std::move(shape),
          std::move(strides)};
}

std::vector<std::int16_t> elements(const StoredTensor& tensor) {
  const std::vector<std::byte> bytes = tensor.contiguous_bytes();
  std::vector<std::int16_t> values(bytes.size() / 2);
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

TEST(StoredTensor, ElementsAreRowMajor) {
  using Values = std::vector<std::int16_t>;
  EXPECT_EQ(elements(view({2, 3}, {3, 1})), (Values{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(elements(view({3, 2}, {1, 3})), (Values{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(elements(view({2}, {2}, 1)), (Values{1, 3}));
  EXPECT_EQ(elements(view({}, {}, 4)), (Values{4}));
  EXPECT_EQ(elements(view({0, 3}, {3, 1})), Values{});
  EXPECT_EQ(elements(view({3}, {0}, 2)), (Values{2, 2, 2}));
}

TEST(StoredTensor, ContiguityIgnoresDimensionsOfSizeOne) {
  EXPECT_TRUE(view({2, 3}, {3, 1}).is_contiguous());
  EXPECT_TRUE(view({1, 6}, {99, 1}).is_contiguous());
  EXPECT_FALSE(view({3, 2}, {1, 3}).is_contiguous());
}

TEST(StoredTensor, RowMajorStrides) {
  EXPECT_EQ(row_major_strides(std::vector<std::int64_t>{4, 3}), (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(row_major_strides(std::vector<std::int64_t>{0, 3}), (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(row_major_strides(std::vector<std::int64_t>{2, 0}), (std::vector<std::int64_t>{1, 1}));
  EXPECT_TRUE(row_major_strides(std::vector<std::int64_t>{}).empty());
}

TEST(StoredTensor, ViewsAreChecked) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(view_problem(view({2, 3}, {3, 1})), "");
  EXPECT_EQ(view_problem(view({0, kHuge / 2}, {1, 1})), "has sizes whose product is out of range");
  EXPECT_EQ(view_problem(view({0, 7}, {1, 1})), "");
  EXPECT_NE(view_problem(view({7}, {1})), "");
  EXPECT_NE(view_problem(view({1}, {1}, 6)), "");
  EXPECT_NE(view_problem(view({1}, {1}, -1)), "");
  EXPECT_NE(view_problem(view({2}, {-1}, 3)), "");
  EXPECT_NE(view_problem(view({kHuge, kHuge}, {1, 1})), "");
  EXPECT_NE(view_problem(view({2, 2}, {kHuge, kHuge})), "");
  EXPECT_NE(view_problem(view({std::int64_t{1} << 21}, {0})), "");
  EXPECT_NE(view_problem(view({2, 3}, {1})), "");
}

TEST(StoredTensor, StoragesAreAligned) {
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(
                copy_to_storage(StoredType::kInt8, std::vector<std::byte>(3))->bytes.get()) %
                64,
            0U);
}

}  // namespace
}  // namespace saker
