// The losses of DINOv2: what one batch of views costs the student.
//
// The teacher sees the global views whole, the student the global views with masks and the local
// views. Class tokens: each of the student's matches the teacher's of every other global view
// (DINO). Masked patches: the student's match the teacher's, which sees them (iBOT). KoLeo spreads
// the student's class tokens of each global view.
// Source: Oquab et al., "DINOv2: Learning Robust Visual Features without Supervision", TMLR 2024.
#pragma once

#include <torch/types.h>

#include <memory>

#include "detectors/detector.hpp"
#include "nn/process_exchange.hpp"
#include "pretrain/block_masks.hpp"
#include "pretrain/centering.hpp"
#include "pretrain/dinov2_networks.hpp"
#include "pretrain/dinov2_settings.hpp"

namespace saker {

inline constexpr std::int64_t kGlobalViews = 2;

// Views of B images, float32, normalised; view by view, each with all images.
struct ViewTensors {
  torch::Tensor global;  // [2 B, C, H, W], sides that are multiples of the patch size
  torch::Tensor local;   // [L B, C, h, w]; undefined for none
  std::int64_t images() const { return global.size(0) / kGlobalViews; }
};

class Dinov2Losses {
 public:
  // The networks must outlive it.
  Dinov2Losses(Dinov2Networks& networks, const Dinov2Settings& settings);

  // Means and sums are taken over the rows of all processes where the method does so.
  void set_processes(const ProcessExchangePointer& exchange) { exchange_ = exchange; }

  // masks: of the global views. Logged: dino_global_loss, dino_local_loss, ibot_loss, koleo_loss,
  // without their factors.
  LossTerms operator()(const ViewTensors& views, const BatchMasks& masks, double teacher_temp);

  // Once a step, before the teacher moves: moves the centres by the batches since the last call.
  void move_centers();
  // Forgets batches of a step that is made again.
  void reset_step();

 private:
  // Unit vectors of the teacher's tokens and the prototypes that they are compared with.
  struct TeacherRows;
  TeacherRows teacher_rows(const torch::Tensor& images, const torch::Tensor& indices);
  torch::Tensor class_probabilities(const TeacherRows& teacher, double temperature) const;

  Dinov2Networks& networks_;
  Dinov2Settings settings_;
  ProcessExchangePointer exchange_;
  MovingCenter dino_center_, ibot_center_;
};

}  // namespace saker
