// Stochastic depth: while training, residual branches are left out for some samples of the batch.
//
// Source: Huang et al., "Deep Networks with Stochastic Depth", ECCV 2016; the form for subsets is
// that of Oquab et al., "DINOv2", 2023, section 5.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "core/random_stream.hpp"

namespace saker {

using ResidualBranch = std::function<torch::Tensor(const torch::Tensor&)>;  // [B, ...] to the same

// x plus the branch for the samples `rows` of the batch alone, times B / number of rows so that the
// expectation stays. The branch is computed for these rows only. x: [B, ...].
torch::Tensor add_branch_for_subset(const torch::Tensor& x,
                                    const std::vector<std::int64_t>& rows,
                                    const ResidualBranch& branch);

// x + branch(x) keep / (1 - rate), where keep has a 0 or a 1 for each sample.
torch::Tensor add_masked_branch(const torch::Tensor& x,
                                const std::vector<std::int64_t>& keep,
                                double rate,
                                const ResidualBranch& branch);

// Drops each sample's branch with probability `rate`: 0 is plain addition; up to 0.1 each sample is
// drawn by itself and masked; above, max(floor(B (1 - rate)), 1) samples are drawn and the others
// are not computed. rate: in [0, 1).
torch::Tensor add_branch_with_drop(const torch::Tensor& x,
                                   double rate,
                                   RandomStream& draws,
                                   const ResidualBranch& branch);

}  // namespace saker
