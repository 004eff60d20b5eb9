#include "weights/torch_bridge.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>

#include "saker/error.hpp"

namespace saker {
namespace {

struct TypePair {
  StoredType stored;
  torch::ScalarType torch;
};
constexpr TypePair kTypes[] = {
    {StoredType::kFloat32, torch::kFloat},
    {StoredType::kFloat64, torch::kDouble},
    {StoredType::kFloat16, torch::kHalf},
    {StoredType::kBFloat16, torch::kBFloat16},
    {StoredType::kInt64, torch::kLong},
    {StoredType::kInt32, torch::kInt},
    {StoredType::kInt16, torch::kShort},
    {StoredType::kInt8, torch::kChar},
    {StoredType::kUint8, torch::kByte},
    {StoredType::kBool, torch::kBool},
};

torch::ScalarType torch_type(StoredType type) {
  for (const TypePair& pair : kTypes) {
    if (pair.stored == type) return pair.torch;
  }
  throw Error(ErrorKind::kInternal, fmt::format("the type {} has no counterpart", to_string(type)));
}

StoredType stored_type(torch::ScalarType type) {
  for (const TypePair& pair : kTypes) {
    if (pair.torch == type) return pair.stored;
  }
  throw Error(
      ErrorKind::kUnsupported,
      fmt::format("tensors of type {} cannot be written to a weights file", c10::toString(type)));
}

}  // namespace

torch::Tensor to_torch(const StoredTensor& tensor) {
  const std::shared_ptr<const TensorStorage> storage = tensor.storage;
  // The whole storage first, so that views of it are still seen to share it when they are written
  // again.
  const torch::Tensor whole = torch::from_blob(
      const_cast<std::byte*>(storage->bytes.get()),
      {storage->numel},
      [storage](void*) {},
      torch::dtype(torch_type(tensor.type())));
  return whole.as_strided(tensor.shape, tensor.strides, tensor.offset);
}

StoredTensor to_stored(const torch::Tensor& tensor) {
  if (!tensor.defined() || tensor.layout() != torch::kStrided) {
    throw Error(ErrorKind::kUnsupported,
                "only defined, dense tensors can be written to a weights file");
  }
  const torch::Tensor cpu = tensor.detach().to(torch::kCPU);
  const StoredType type = stored_type(cpu.scalar_type());
  const c10::Storage storage = cpu.storage();
  const auto* data = static_cast<const std::byte*>(storage.data());
  // The holder keeps the storage alive through the pointer to its bytes.
  auto holder = std::make_shared<c10::Storage>(storage);
  StoredTensor stored;
  stored.storage = std::make_shared<const TensorStorage>(
      TensorStorage{.type = type,
                    .numel = static_cast<std::int64_t>(storage.nbytes() / size_of(type)),
                    .bytes = std::shared_ptr<const std::byte>(std::move(holder), data)});
  stored.offset = cpu.storage_offset();
  stored.shape = cpu.sizes().vec();
  stored.strides = cpu.strides().vec();
  stored.requires_grad = tensor.requires_grad();
  return stored;
}

}  // namespace saker
