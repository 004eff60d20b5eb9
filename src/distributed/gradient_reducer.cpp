#include "distributed/gradient_reducer.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <string>
#include <torch/csrc/distributed/c10d/reducer.hpp>
#include <utility>

namespace saker {
namespace {

// A small first bucket leaves early. In the order of the backward pass, about the reverse of that
// of the parameters; the reducer learns the real one from the first pass.
std::vector<std::vector<std::size_t>> first_buckets(const std::vector<torch::Tensor>& parameters) {
  std::vector<std::vector<std::size_t>> buckets =
      std::get<0>(c10d::compute_bucket_assignment_by_size(
          parameters, {c10d::kDefaultFirstBucketBytes, c10d::kDefaultBucketBytesCap}));
  std::reverse(buckets.begin(), buckets.end());
  return buckets;
}

class LayoutWarningFilter final : public c10::WarningHandler {
 public:
  void process(const c10::Warning& warning) override {
    if (warning.msg().find("strides do not match bucket view") == std::string::npos)
      c10::WarningHandler::process(warning);
  }
};

}  // namespace

GradientReducer::GradientReducer(std::vector<torch::Tensor> parameters,
                                 const c10::intrusive_ptr<c10d::ProcessGroup>& group) {
  const std::size_t count = parameters.size();
  std::vector<std::vector<std::size_t>> buckets = first_buckets(parameters);
  reducer_ = std::make_unique<c10d::Reducer>(std::move(parameters),
                                             std::move(buckets),
                                             group,
                                             std::vector<bool>(count, false),
                                             c10d::kDefaultBucketBytesCap,
                                             /*find_unused_parameters=*/false,
                                             /*gradient_as_bucket_view=*/true,
                                             std::unordered_map<std::size_t, std::string>(),
                                             c10d::kDefaultFirstBucketBytes,
                                             /*skip_all_reduce_unused_params=*/false,
                                             /*use_python_reducer=*/false,
                                             std::vector<std::int64_t>());
}

GradientReducer::~GradientReducer() = default;

void GradientReducer::run_quietly(const std::function<void()>& backward) {
  LayoutWarningFilter filter;
  const c10::WarningUtils::WarningHandlerGuard guard(&filter);
  backward();
}

void GradientReducer::begin_forward() {
  if (reducer_->should_rebuild_buckets()) reducer_->rebuild_buckets();
}

void GradientReducer::prepare(const torch::Tensor& loss) { reducer_->prepare_for_backward({loss}); }

}  // namespace saker
