#include "detectors/ltdetr/ltdetr_losses.hpp"

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <fmt/format.h>

#include "detectors/ltdetr/batch_targets.hpp"
#include "detectors/ltdetr/criterion.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

LossTerms losses(const DecoderOutputs& outputs,
                 const Targets& targets,
                 const LtdetrLossSettings& settings,
                 std::int64_t denoising_groups,
                 const MeanOverProcesses& mean_over_processes,
                 bool training) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const torch::Tensor& logits = outputs.matching.layers.at(0).logits;
  const BatchTargets batch = batch_targets(targets, logits.size(-1));
  if (batch.images() != logits.size(0)) {
    throw Error(ErrorKind::kData,
                fmt::format("a batch of {} images has targets of {}; each needs its own",
                            logits.size(0),
                            batch.images()));
  }
  const CriterionInput input = {.outputs = outputs,
                                .targets = batch,
                                .denoising_groups = denoising_groups,
                                .settings = settings,
                                .mean_over_processes = mean_over_processes};
  const CriterionOutcome outcome =
      settings.dfine ? dfine_criterion(input) : rtdetrv2_criterion(input);

  LossTerms terms;
  terms.total = outcome.terms.total();
  terms.boxes_finite = outcome.boxes_finite;
  for (const auto& [name, value] : outcome.terms.all())
    terms.terms.emplace_back(name, value.detach());
  for (const std::string& name : logged_loss_names(settings, training)) {
    const std::optional<torch::Tensor> value =
        name == "loss_ddf" ? outcome.terms.sum_of(name) : outcome.terms.find(name, "");
    terms.logged.emplace_back(name,
                              value ? value->detach() : torch::zeros({}, terms.total.options()));
  }
  return terms;
}

}  // namespace

LossTerms ltdetr_losses(const DecoderOutputs& outputs,
                        const Targets& targets,
                        const LtdetrLossSettings& settings,
                        std::int64_t denoising_groups,
                        const MeanOverProcesses& mean_over_processes) {
  return losses(outputs, targets, settings, denoising_groups, mean_over_processes, true);
}

LossTerms ltdetr_validation_losses(const DecoderPrediction& prediction,
                                   const Targets& targets,
                                   const LtdetrLossSettings& settings,
                                   const MeanOverProcesses& mean_over_processes) {
  DecoderOutputs outputs;
  outputs.matching.layers.push_back(
      {.logits = prediction.logits, .boxes = prediction.boxes, .corners = {}});
  return losses(outputs, targets, settings, 0, mean_over_processes, false);
}

std::vector<std::string> logged_loss_names(const LtdetrLossSettings& settings, bool training) {
  std::vector<std::string> names = settings.terms();
  if (!training) {
    std::erase(names, "loss_fgl");
    std::erase(names, "loss_ddf");
  }
  return names;
}

}  // namespace saker
