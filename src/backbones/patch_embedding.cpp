#include "backbones/patch_embedding.hpp"

#include <fmt/format.h>

#include "saker/error.hpp"

namespace saker {

PatchEmbeddingImpl::PatchEmbeddingImpl(std::int64_t in_channels,
                                       std::int64_t width,
                                       std::int64_t patch_size) {
  proj = register_module(
      "proj",
      Conv2d(Conv2dOptions{
          .in = in_channels, .out = width, .kernel = patch_size, .stride = patch_size}));
}

torch::Tensor PatchEmbeddingImpl::forward(const torch::Tensor& images) const {
  return proj->forward(images).flatten(2).transpose(1, 2);
}

PatchGrid patch_grid(const torch::Tensor& images, std::int64_t patch_size) {
  const std::int64_t height = images.size(2), width = images.size(3);
  if (height < patch_size || width < patch_size || height % patch_size != 0 ||
      width % patch_size != 0) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("images of {} x {} pixels do not divide into patches of {} pixels; choose an "
                    "image_size of which both sides are multiples of it",
                    height,
                    width,
                    patch_size));
  }
  return {height / patch_size, width / patch_size};
}

torch::Tensor tokens_to_map(const torch::Tensor& tokens, const PatchGrid& grid) {
  return tokens.transpose(1, 2).unflatten(2, {grid.height, grid.width});
}

}  // namespace saker
