#include "weights/torch_bridge.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <memory>
#include <string>
#include <utility>

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

// What a tensor of to_torch keeps alive.
using StorageHolder = std::shared_ptr<const TensorStorage>;

void release_holder(void* holder) { delete static_cast<StorageHolder*>(holder); }

bool fills_its_storage(const torch::Tensor& tensor) {
  return tensor.layout() == torch::kStrided && tensor.is_contiguous() &&
         tensor.storage_offset() == 0 && tensor.nbytes() == tensor.storage().nbytes();
}

}  // namespace

torch::Tensor to_torch(const StoredTensor& tensor) {
  // A c10 storage of the whole, so that views of it are still seen to share it when they are
  // written again.
  auto holder = std::make_unique<StorageHolder>(tensor.storage);
  auto* const memory = const_cast<std::byte*>(tensor.storage->bytes.get());
  c10::DataPtr pointer(memory, holder.release(), &release_holder, torch::kCPU);
  const c10::Storage storage(c10::Storage::use_byte_size_t(),
                             tensor.storage->span().size(),
                             std::move(pointer),
                             /*allocator=*/nullptr,
                             /*resizable=*/false);
  const torch::NoGradGuard no_grad;
  return torch::empty({0}, torch::dtype(torch_type(tensor.type())))
      .set_(storage, tensor.offset, tensor.shape, tensor.strides);
}

bool take_memory(const torch::Tensor& destination, torch::Tensor& source) {
  if (!source.defined() || source.use_count() != 1 || !source.is_cpu() || !destination.is_cpu()) {
    return false;
  }
  if (source.scalar_type() != destination.scalar_type() || source.sizes() != destination.sizes() ||
      !fills_its_storage(source) || !fills_its_storage(destination)) {
    return false;
  }
  const c10::Storage from = source.storage(), to = destination.storage();
  // One reference is the tensor's, one is `from`.
  const auto* holder = from.data_ptr().cast_context<StorageHolder>(&release_holder);
  if (from.use_count() != 2 || holder == nullptr || !(*holder)->is_own_memory ||
      holder->use_count() != 1 || (*holder)->bytes.use_count() != 1) {
    return false;
  }
  to.unsafeGetStorageImpl()->set_data_ptr_noswap(
      from.unsafeGetStorageImpl()->set_data_ptr(c10::DataPtr(nullptr, torch::kCPU)));
  source.reset();
  return true;
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
