#include "detectors/picodet/esnet.hpp"

#include <torch/nn/modules/container/modulelist.h>

#include <algorithm>
#include <string>

namespace saker {
namespace {

constexpr std::int64_t kStemChannels = 24;
constexpr std::array<std::size_t, 3> kStageBlocks = {3, 7, 3};

using BlockRatios = std::array<double, 13>;
constexpr BlockRatios kRatiosS = {.875, .5, .5, .5, .625, .5, .625, .5, .5, .5, .5, .5, .5};
constexpr BlockRatios kRatiosML = {.875, .5, 1, .625, .5, .75, .625, .625, .5, .625, 1, .625, .75};

// The multiple of `divisor` nearest to `value`, at least `divisor` and not below 0.9 * value.
std::int64_t make_divisible(std::int64_t value, std::int64_t divisor) {
  std::int64_t rounded = std::max(divisor, (value + divisor / 2) / divisor * divisor);
  if (static_cast<double>(rounded) < 0.9 * static_cast<double>(value)) rounded += divisor;
  return rounded;
}

double width_factor(EsnetSize size) {
  switch (size) {
    case EsnetSize::kS:
      return 0.75;
    case EsnetSize::kM:
      return 1.0;
    case EsnetSize::kL:
      return 1.25;
  }
  return 1.0;
}

std::shared_ptr<FoldableConvNorm> make_depthwise(std::int64_t channels,
                                                 std::int64_t stride,
                                                 Activation activation) {
  return std::make_shared<FoldableConvNorm>(ConvNormOptions{.in = channels,
                                                            .out = channels,
                                                            .kernel = 3,
                                                            .stride = stride,
                                                            .groups = channels,
                                                            .activation = activation});
}

// The same as below for [B, c, h, w] whose channels lie together; `second` is contiguous in that
// order.
torch::Tensor interleave_channels_last(const torch::Tensor& first, const torch::Tensor& second) {
  const std::int64_t batch = second.size(0), channels = second.size(1), height = second.size(2),
                     width = second.size(3);
  torch::Tensor output = at::empty(
      {batch, 2 * channels, height, width}, second.options(), at::MemoryFormat::ChannelsLast);
  const float* b = second.const_data_ptr<float>();
  float* out = output.mutable_data_ptr<float>();
  for (std::int64_t row = 0; row < batch * height; ++row) {
    const float* a = first.const_data_ptr<float>() + row / height * first.stride(0) +
                     row % height * first.stride(2);
    for (std::int64_t x = 0; x < width;
         ++x, a += first.stride(3), b += channels, out += 2 * channels) {
      for (std::int64_t j = 0; j < channels; ++j) {
        out[2 * j] = a[j];
        out[2 * j + 1] = b[j];
      }
    }
  }
  return output;
}

// Channel 2 j + g of the result is channel j of the g-th input: a concatenation followed by a
// shuffle of two groups.
torch::Tensor interleave_channels(const torch::Tensor& first, const torch::Tensor& second) {
  const bool channels_last =
      second.is_cpu() && second.scalar_type() == torch::kFloat32 && !second.is_contiguous() &&
      second.is_contiguous(at::MemoryFormat::ChannelsLast) && first.stride(1) == 1;
  if (channels_last && !at::GradMode::is_enabled()) return interleave_channels_last(first, second);
  return torch::stack({first, second}, 2).flatten(1, 2);
}

}  // namespace

EsnetDownBlock::EsnetDownBlock(std::int64_t in_channels,
                               std::int64_t mid_channels,
                               std::int64_t out_channels) {
  const std::int64_t half_mid = mid_channels / 2;
  const std::int64_t half_out = out_channels / 2;
  conv_dw_1_ = register_module("conv_dw_1", make_depthwise(in_channels, 2, Activation::kNone));
  conv_linear_1_ = register_module("conv_linear_1", make_pointwise(in_channels, half_out));
  conv_pw_2_ = register_module("conv_pw_2", make_pointwise(in_channels, half_mid));
  conv_dw_2_ = register_module("conv_dw_2", make_depthwise(half_mid, 2, Activation::kNone));
  se_ = register_module("se", std::make_shared<SqueezeExcitation>(half_mid));
  conv_linear_2_ = register_module("conv_linear_2", make_pointwise(half_mid, half_out));
  conv_dw_mv1_ = register_module("conv_dw_mv1", make_depthwise(out_channels, 1, Activation::kRelu));
  conv_pw_mv1_ = register_module("conv_pw_mv1", make_pointwise(out_channels, out_channels));
}

torch::Tensor EsnetDownBlock::forward(const torch::Tensor& input) {
  const torch::Tensor first = conv_linear_1_->forward(conv_dw_1_->forward(input));
  const torch::Tensor second =
      conv_linear_2_->forward(se_->forward(conv_dw_2_->forward(conv_pw_2_->forward(input))));
  return conv_pw_mv1_->forward(conv_dw_mv1_->forward(torch::cat({first, second}, 1)));
}

void EsnetDownBlock::fold() {
  for (const auto& unit : {conv_dw_1_,
                           conv_linear_1_,
                           conv_pw_2_,
                           conv_dw_2_,
                           conv_linear_2_,
                           conv_dw_mv1_,
                           conv_pw_mv1_}) {
    unit->fold();
  }
}

EsnetBasicBlock::EsnetBasicBlock(std::int64_t channels, std::int64_t mid_channels) {
  const std::int64_t half_mid = mid_channels / 2;
  conv_pw_ = register_module("conv_pw", make_pointwise(channels / 2, half_mid));
  conv_dw_ = register_module("conv_dw", make_depthwise(half_mid, 1, Activation::kNone));
  se_ = register_module("se", std::make_shared<SqueezeExcitation>(mid_channels));
  conv_linear_ = register_module("conv_linear", make_pointwise(mid_channels, channels / 2));
}

torch::Tensor EsnetBasicBlock::forward(const torch::Tensor& input) {
  const std::vector<torch::Tensor> halves = input.chunk(2, 1);
  const torch::Tensor narrow = conv_pw_->forward(halves[1]);
  const torch::Tensor wide = torch::cat({narrow, conv_dw_->forward(narrow)}, 1);
  return interleave_channels(halves[0], conv_linear_->forward(se_->forward(wide)));
}

void EsnetBasicBlock::fold() {
  for (const auto& unit : {conv_pw_, conv_dw_, conv_linear_}) unit->fold();
}

std::array<std::int64_t, 3> Esnet::stage_channels(EsnetSize size) {
  std::array<std::int64_t, 3> channels = {128, 256, 512};
  for (std::int64_t& width : channels) {
    width = make_divisible(
        static_cast<std::int64_t>(static_cast<double>(width) * width_factor(size)), 16);
  }
  return channels;
}

Esnet::Esnet(EsnetSize size) : out_channels_(stage_channels(size)) {
  conv1_ = register_module("conv1",
                           std::make_shared<FoldableConvNorm>(ConvNormOptions{
                               .in = 3, .out = kStemChannels, .kernel = 3, .stride = 2}));
  const BlockRatios& ratios = size == EsnetSize::kS ? kRatiosS : kRatiosML;
  const auto list = register_module("blocks", std::make_shared<torch::nn::ModuleListImpl>());
  std::int64_t in_channels = kStemChannels;
  std::size_t index = 0;
  for (std::size_t stage = 0; stage < kStageBlocks.size(); ++stage) {
    const std::int64_t out_channels = out_channels_[stage];
    for (std::size_t i = 0; i < kStageBlocks[stage]; ++i, ++index) {
      const std::int64_t mid_channels = make_divisible(
          static_cast<std::int64_t>(static_cast<double>(out_channels) * ratios[index]), 8);
      std::shared_ptr<EsnetBlock> block;
      if (i == 0) {
        block = std::make_shared<EsnetDownBlock>(in_channels, mid_channels, out_channels);
      } else {
        block = std::make_shared<EsnetBasicBlock>(out_channels, mid_channels);
      }
      list->push_back(block);
      blocks_.push_back(block);
      in_channels = out_channels;
    }
  }
}

std::vector<torch::Tensor> Esnet::forward(const torch::Tensor& images) {
  torch::Tensor x = torch::max_pool2d(conv1_->forward(images), 3, 2, 1);
  std::vector<torch::Tensor> outputs;
  std::size_t index = 0;
  for (const std::size_t count : kStageBlocks) {
    for (std::size_t i = 0; i < count; ++i) x = blocks_[index++]->forward(x);
    outputs.push_back(x);
  }
  return outputs;
}

void Esnet::fold() {
  conv1_->fold();
  for (const auto& block : blocks_) block->fold();
}

}  // namespace saker
