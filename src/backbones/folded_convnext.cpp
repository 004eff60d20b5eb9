#include "backbones/folded_convnext.hpp"

#include <algorithm>
#include <utility>

#include "nn/parallel.hpp"
#include "nn/pixel_depthwise_kernel.hpp"
#include "nn/plain_float.hpp"
#include "nn/scratch.hpp"

namespace saker {
namespace {

// Pixels whose hidden values stay in the second cache, for the narrower stages.
constexpr std::int64_t kPixels = 96;

const PixelDepthwiseKernel& depthwise_kernel() {
  return *pixel_depthwise_kernel(best_processor_level());
}

FoldedNorm folded(const ChannelNormImpl& norm) {
  return {norm.weight, norm.bias, ChannelNormImpl::kEps};
}

// Rows of `norm` over all pixels of a [B, H, W, C] tensor, in place.
void normalize_pixels(const FoldedNorm& norm, torch::Tensor& x) {
  float* const data = x.mutable_data_ptr<float>();
  const std::int64_t channels = x.size(3);
  parallel_for(x.numel() / channels, 1, [&](std::int64_t begin, std::int64_t end) {
    float* const from = data + begin * channels;
    norm.write({from, end - begin, channels}, from);
  });
}

}  // namespace

FoldedConvNextBlock::FoldedConvNextBlock(ConvNextBlockImpl& block)
    : kernel_(block.dwconv->weight.size(2)),
      weight_(plain_values(block.dwconv->weight.flatten(1).t())),
      bias_(plain_values(block.dwconv->bias)),
      zeros_(bias_.size()),
      norm_(folded(*block.norm)),
      pwconv1_(PackedLinear::taking(block.pwconv1->weight, block.pwconv1->bias, Activation::kGelu)),
      pwconv2_(PackedLinear::taking(block.pwconv2->weight,
                                    block.pwconv2->bias * block.gamma,
                                    Activation::kNone,
                                    block.gamma)) {}

void FoldedConvNextBlock::run(const torch::Tensor& x, torch::Tensor& y) const {
  const std::int64_t channels = x.size(3), hidden_width = pwconv1_.out();
  const float* const from = x.const_data_ptr<float>();
  float* const to = y.mutable_data_ptr<float>();
  parallel_for(x.numel() / channels, 1, [&](std::int64_t begin, std::int64_t end) {
    const auto convolved = scratch(kPixels * channels), hidden = scratch(kPixels * hidden_width);
    for_even_runs(begin, end, kPixels, [&](std::int64_t first, std::int64_t count) {
      convolve(x, first, count, convolved.get());
      const RowsView rows{convolved.get(), count, channels};
      norm_.write(rows, convolved.get());
      pwconv1_.write(rows, {hidden.get(), hidden_width});
      float* const out = to + first * channels;
      std::copy_n(from + first * channels, count * channels, out);
      pwconv2_.add_to({hidden.get(), count, hidden_width}, {out, channels});
    });
  });
}

// A run of pixels may go over the ends of rows and images.
void FoldedConvNextBlock::convolve(const torch::Tensor& x,
                                   std::int64_t first,
                                   std::int64_t count,
                                   float* to) const {
  const std::int64_t height = x.size(1), width = x.size(2), channels = x.size(3);
  for (std::int64_t pixel = first; pixel < first + count;) {
    const std::int64_t row = pixel / width, column = pixel % width;  // row counts on over images
    const std::int64_t run = std::min(width - column, first + count - pixel);
    const PixelMap map{x.const_data_ptr<float>() + row / height * height * width * channels,
                       height,
                       width,
                       channels};
    depthwise_kernel().forward(map,
                               kernel_,
                               weight_.data(),
                               bias_.data(),
                               zeros_.data(),
                               row % height,
                               column,
                               run,
                               to + (pixel - first) * channels);
    pixel += run;
  }
}

FoldedDownsample::FoldedDownsample(const ChannelNormImpl& norm, const Conv2dImpl& convolution)
    : kernel_(convolution.options().stride),
      norm_(folded(norm)),
      linear_(convolution.weight.permute({0, 2, 3, 1}).flatten(1), convolution.bias) {}

torch::Tensor FoldedDownsample::operator()(const torch::Tensor& x) const {
  const std::int64_t batch = x.size(0), height = x.size(1), width = x.size(2), channels = x.size(3);
  const std::int64_t rows = height / kernel_, columns = width / kernel_;
  torch::Tensor y = at::empty({batch, rows, columns, linear_.out()}, x.options());
  const float* const from = x.const_data_ptr<float>();
  float* const to = y.mutable_data_ptr<float>();
  parallel_for(batch * rows * columns, 1, [&](std::int64_t begin, std::int64_t end) {
    const auto gathered = scratch(kPixels * linear_.in());
    for_even_runs(begin, end, kPixels, [&](std::int64_t first, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t row = (first + i) / columns, column = (first + i) % columns;
        // row counts on over the images, whose rows of pixels do too.
        for (std::int64_t k = 0; k < kernel_; ++k) {
          const float* const pixels =
              from + ((row * kernel_ + k) * width + column * kernel_) * channels;
          norm_.write({pixels, kernel_, channels},
                      gathered.get() + i * linear_.in() + k * kernel_ * channels);
        }
      }
      linear_.write({gathered.get(), count, linear_.in()},
                    {to + first * linear_.out(), linear_.out()});
    });
  });
  return y;
}

bool FoldedConvNext::serves(const Dinov3ConvNext& net) {
  return PackedLinear::is_available() &&
         pixel_depthwise_kernel(best_processor_level()) != nullptr &&
         net.parameters().front().is_cpu();
}

FoldedConvNext::FoldedConvNext(Dinov3ConvNext& net)
    : stem_(*net.downsample_convolution(0)),
      stem_norm_(folded(*net.downsample_norm(0))),
      final_norm_(folded(*net.final_norm())) {
  for (std::size_t s = 0; s < Dinov3ConvNext::kStages; ++s) {
    if (s > 0) downsamples_.emplace_back(*net.downsample_norm(s), *net.downsample_convolution(s));
    std::vector<FoldedConvNextBlock> blocks;
    for (ConvNextBlock& block : net.blocks(s)) blocks.emplace_back(*block);
    stages_.push_back(std::move(blocks));
  }
}

torch::Tensor FoldedConvNext::stem(const torch::Tensor& images) const {
  constexpr std::int64_t kPatch = 4;
  const std::int64_t height = images.size(2) / kPatch, width = images.size(3) / kPatch;
  torch::Tensor x = at::empty({images.size(0), height, width, stem_.width()}, images.options());
  stem_.run(images, false, x.mutable_data_ptr<float>(), height * width * stem_.width());
  normalize_pixels(stem_norm_, x);
  return x;
}

std::vector<torch::Tensor> FoldedConvNext::feature_maps(
    const torch::Tensor& images, const std::vector<std::int64_t>& taps) const {
  std::vector<torch::Tensor> maps;
  torch::Tensor x;
  for (std::size_t s = 0; maps.size() < taps.size(); ++s) {
    x = s == 0 ? stem(images) : downsamples_[s - 1](x);
    torch::Tensor other = at::empty_like(x);
    for (const FoldedConvNextBlock& block : stages_[s]) {
      block.run(x, other);
      std::swap(x, other);
    }
    if (static_cast<std::int64_t>(s) != taps[maps.size()]) continue;
    torch::Tensor map = x;
    if (s + 1 == stages_.size()) normalize_pixels(final_norm_, map);
    maps.push_back(map.permute({0, 3, 1, 2}));
  }
  return maps;
}

}  // namespace saker
