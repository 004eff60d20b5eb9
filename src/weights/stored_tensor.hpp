// Tensors as they stand in a file: a buffer and a view of it, without LibTorch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace saker {

enum class StoredType {
  kFloat32,
  kFloat64,
  kFloat16,
  kBFloat16,
  kInt64,
  kInt32,
  kInt16,
  kInt8,
  kUint8,
  kBool,
};

std::size_t size_of(StoredType type) noexcept;
// "float32", "float16", "bfloat16", "int64", ...
const char* to_string(StoredType type) noexcept;

// numel values, native byte order. Shared by the tensors that view it; `bytes` may keep any owner
// alive.
struct TensorStorage {
  StoredType type = StoredType::kFloat32;
  std::int64_t numel = 0;
  std::shared_ptr<const std::byte> bytes = {};
  bool is_own_memory = false;  // made for this storage (allocate_storage), nobody else's values

  std::span<const std::byte> span() const noexcept {
    return {bytes.get(), static_cast<std::size_t>(numel) * size_of(type)};
  }
};

// Element i0, i1, ... is storage[offset + i0 * strides[0] + i1 * strides[1] + ...].
struct StoredTensor {
  std::shared_ptr<const TensorStorage> storage;
  std::int64_t offset = 0;  // in elements
  std::vector<std::int64_t> shape = {};
  std::vector<std::int64_t> strides = {};  // in elements, as many as dimensions
  bool requires_grad = false;

  StoredType type() const noexcept { return storage->type; }
  std::int64_t numel() const noexcept;
  bool is_contiguous() const noexcept;
  // Elements in row-major order, copied.
  std::vector<std::byte> contiguous_bytes() const;
};

// Memory of its own, aligned to 64 bytes, not yet written to.
std::shared_ptr<std::byte> allocate_storage(std::size_t size);
// A storage in such memory that holds a copy of `bytes`. Their number must be a multiple of the
// type's size.
std::shared_ptr<const TensorStorage> copy_to_storage(StoredType type,
                                                     std::span<const std::byte> bytes);

// Strides of a row-major tensor; dimensions of size 0 count as 1.
std::vector<std::int64_t> row_major_strides(std::span<const std::int64_t> shape);

// Empty when the view lies within its storage, otherwise what is wrong with it. Negative sizes and
// strides, overflow, more than 64 dimensions, and views that repeat elements into more than the
// storage holds (above 2^20) are wrong.
std::string view_problem(const StoredTensor& tensor);

}  // namespace saker
