#include "backbones/folded_patch_embedding.hpp"

#include <algorithm>

#include "nn/parallel.hpp"
#include "nn/scratch.hpp"

namespace saker {
namespace {

constexpr std::int64_t kPatches = 48;  // gathered before they are multiplied

// The pixels of a patch, [C, p, p], as one row.
void gather(const float* image,
            std::int64_t channels,
            std::int64_t height,
            std::int64_t width,
            std::int64_t patch_size,
            float* to) {
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t y = 0; y < patch_size; ++y, to += patch_size)
      std::copy_n(image + (c * height + y) * width, patch_size, to);
  }
}

}  // namespace

FoldedPatchEmbedding::FoldedPatchEmbedding(const Conv2dImpl& convolution)
    : patch_size_(convolution.options().stride),
      linear_(convolution.weight.flatten(1), convolution.bias) {}

void FoldedPatchEmbedding::run(const torch::Tensor& images,
                               bool add,
                               float* out,
                               std::int64_t image_stride) const {
  const torch::Tensor source = images.contiguous();
  const float* const pixels = source.const_data_ptr<float>();
  const std::int64_t channels = images.size(1), height = images.size(2), width = images.size(3);
  const std::int64_t columns = width / patch_size_, patches = height / patch_size_ * columns;
  const std::int64_t blocks = (patches + kPatches - 1) / kPatches;
  parallel_for(images.size(0) * blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    const auto rows =
        std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(kPatches * linear_.in()));
    for (std::int64_t unit = begin; unit < end; ++unit) {
      const std::int64_t image = unit / blocks, first = unit % blocks * kPatches;
      const std::int64_t count = std::min(kPatches, patches - first);
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t y = (first + i) / columns * patch_size_,
                           x = (first + i) % columns * patch_size_;
        gather(pixels + image * channels * height * width + y * width + x,
               channels,
               height,
               width,
               patch_size_,
               rows.get() + i * linear_.in());
      }
      const RowsView from{rows.get(), count, linear_.in()};
      const MutableRows to{out + image * image_stride + first * linear_.out(), linear_.out()};
      if (add) {
        linear_.add_to(from, to);
      } else {
        linear_.write(from, to);
      }
    }
  });
}

}  // namespace saker
