// The weights and inputs of PicoDet's golden files.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "detectors/picodet/picodet.hpp"

namespace saker::test {

// Fills every parameter and running statistic as the golden files' README says.
void fill_golden_weights(torch::nn::Module& model, std::int64_t num_classes);

// A model with golden weights in evaluation mode. Class i has the id and name "i".
std::shared_ptr<PicoDet> golden_picodet(const std::string& name,
                                        std::int64_t num_classes,
                                        ImageSize size);

// Smooth pictures in about [-2, 2]: [batch, 3, height, width].
torch::Tensor golden_input(const std::string& name,
                           std::int64_t batch,
                           std::int64_t height,
                           std::int64_t width);

}  // namespace saker::test
