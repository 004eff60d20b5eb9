// LTDETR's losses, from what its decoder gives and the targets of the batch.
//
//   const Denoising denoising = make_denoising(targets, classes, queries, settings, stream);
//   const DecoderOutputs outputs = decoder->forward_train(maps, denoising.queries);
//   LossTerms terms = ltdetr_losses(outputs, targets, loss_settings, denoising.groups);
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/ltdetr/decoder_outputs.hpp"
#include "detectors/ltdetr/loss_settings.hpp"

namespace saker {

// The mean over all processes of a number that each has counted: their sum divided by the number of
// processes. Every process calls it equally often for a batch. Empty: there is one process.
using MeanOverProcesses = std::function<double(double)>;

// Losses of a training step. total: float32 scalar on the device of the outputs, differentiable in
// all logits, boxes and corners, and finite for a batch without targets. logged: the terms of the
// last decoder layer, times their factors; "loss_ddf" is the sum over all layers.
//
// settings.dfine decides the criterion. denoising_groups: G of the denoising queries that the
// decoder was given; 0 without. Work is done in float32 with autocast off. There is one copy to the
// CPU, of the matching costs. Throws Error (data) for targets that do not fit together or lie
// outside of the K classes (the latter is looked at on the CPU alone).
// Sources: Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection" (RT-DETR); Peng et al.,
// "D-FINE".
LossTerms ltdetr_losses(const DecoderOutputs& outputs,
                        const Targets& targets,
                        const LtdetrLossSettings& settings,
                        std::int64_t denoising_groups,
                        const MeanOverProcesses& mean_over_processes = {});

// The same criterion for the prediction of the last layer alone, without "local".
LossTerms ltdetr_validation_losses(const DecoderPrediction& prediction,
                                   const Targets& targets,
                                   const LtdetrLossSettings& settings,
                                   const MeanOverProcesses& mean_over_processes = {});

// Names of LossTerms::logged, in order; without those of "local" for validation.
std::vector<std::string> logged_loss_names(const LtdetrLossSettings& settings, bool training);

}  // namespace saker
