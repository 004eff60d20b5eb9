#include "weights/stored_tensor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace saker {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kMaxDimensions = 64;
constexpr std::int64_t kMaxRepeatedElements = std::int64_t{1} << 20;

void copy_elements(const StoredTensor& tensor,
                   std::size_t dimension,
                   const std::byte* from,
                   std::byte*& to) {
  const std::size_t size = size_of(tensor.type());
  if (dimension == tensor.shape.size()) {
    std::memcpy(to, from, size);
    to += size;
    return;
  }
  for (std::int64_t i = 0; i < tensor.shape[dimension]; ++i) {
    copy_elements(tensor, dimension + 1, from, to);
    from += tensor.strides[dimension] * static_cast<std::int64_t>(size);
  }
}

}  // namespace

std::size_t size_of(StoredType type) noexcept {
  switch (type) {
    case StoredType::kFloat64:
    case StoredType::kInt64:
      return 8;
    case StoredType::kFloat32:
    case StoredType::kInt32:
      return 4;
    case StoredType::kFloat16:
    case StoredType::kBFloat16:
    case StoredType::kInt16:
      return 2;
    case StoredType::kInt8:
    case StoredType::kUint8:
    case StoredType::kBool:
      return 1;
  }
  return 1;
}

const char* to_string(StoredType type) noexcept {
  switch (type) {
    case StoredType::kFloat32:
      return "float32";
    case StoredType::kFloat64:
      return "float64";
    case StoredType::kFloat16:
      return "float16";
    case StoredType::kBFloat16:
      return "bfloat16";
    case StoredType::kInt64:
      return "int64";
    case StoredType::kInt32:
      return "int32";
    case StoredType::kInt16:
      return "int16";
    case StoredType::kInt8:
      return "int8";
    case StoredType::kUint8:
      return "uint8";
    case StoredType::kBool:
      return "bool";
  }
  return "unknown";
}

std::int64_t StoredTensor::numel() const noexcept {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

bool StoredTensor::is_contiguous() const noexcept {
  if (numel() == 0) return true;
  std::int64_t expected = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] != 1 && strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

std::vector<std::byte> StoredTensor::contiguous_bytes() const {
  std::vector<std::byte> bytes(static_cast<std::size_t>(numel()) * size_of(type()));
  if (bytes.empty()) return bytes;
  const std::byte* from = storage->bytes.get() + static_cast<std::size_t>(offset) * size_of(type());
  if (is_contiguous()) {
    std::memcpy(bytes.data(), from, bytes.size());
  } else {
    std::byte* to = bytes.data();
    copy_elements(*this, 0, from, to);
  }
  return bytes;
}

std::shared_ptr<std::byte> allocate_storage(std::size_t size) {
  static constexpr std::align_val_t kMemory{kAlignment};
  return {static_cast<std::byte*>(::operator new(std::max<std::size_t>(size, 1), kMemory)),
          [](std::byte* pointer) { ::operator delete(pointer, kMemory); }};
}

std::shared_ptr<const TensorStorage> copy_to_storage(StoredType type,
                                                     std::span<const std::byte> bytes) {
  const std::shared_ptr<std::byte> memory = allocate_storage(bytes.size());
  std::ranges::copy(bytes, memory.get());
  return std::make_shared<const TensorStorage>(
      TensorStorage{.type = type,
                    .numel = static_cast<std::int64_t>(bytes.size() / size_of(type)),
                    .bytes = memory,
                    .is_own_memory = true});
}

std::vector<std::int64_t> row_major_strides(std::span<const std::int64_t> shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= std::max<std::int64_t>(shape[i], 1);
  }
  return strides;
}

std::string view_problem(const StoredTensor& tensor) {
  if (tensor.shape.size() != tensor.strides.size() || tensor.shape.size() > kMaxDimensions) {
    return fmt::format("has {} sizes and {} strides", tensor.shape.size(), tensor.strides.size());
  }
  if (tensor.offset < 0) return fmt::format("has the offset {}", tensor.offset);
  std::int64_t count = 1;
  std::int64_t last = tensor.offset;  // the farthest element
  bool empty = false;
  bool overflow = false;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    const std::int64_t size = tensor.shape[i], stride = tensor.strides[i];
    if (size < 0 || stride < 0)
      return fmt::format("has a dimension of size {} and stride {}", size, stride);
    // Zero-sized dimensions are left out, so that the others are still known to have a product.
    std::int64_t reach = 0;
    overflow |= __builtin_mul_overflow(count, std::max<std::int64_t>(size, 1), &count);
    if (size == 0) {
      empty = true;
      continue;
    }
    overflow |= __builtin_mul_overflow(size - 1, stride, &reach);
    overflow |= __builtin_add_overflow(last, reach, &last);
  }
  if (overflow || count > (std::int64_t{1} << 56)) return "has sizes whose product is out of range";
  if (empty) return {};
  const std::int64_t available = tensor.storage->numel;
  if (last >= available) {
    return fmt::format("reaches element {}, but only {} are stored", last, available);
  }
  if (count > available && count > kMaxRepeatedElements) {
    return fmt::format("repeats {} stored elements into {}", available, count);
  }
  return {};
}

}  // namespace saker
