// What LTDETR's training makes of its decoder's outputs: matching, denoising, losses.
//
// The defaults are those of model_args; validate() names the field at fault as it is called there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detectors/ltdetr/ltdetr_config.hpp"

namespace saker {

// Which prediction answers for which target.
struct MatcherSettings {
  // Factors of the costs (matcher_weight_dict), >= 0, not all 0.
  double cost_class = 2;
  double cost_bbox = 5;
  double cost_giou = 2;
  // matcher_use_focal_loss: the class cost is that of the focal loss; otherwise minus the softmax
  // probability.
  bool use_focal_loss = true;
  double alpha = 0.25;  // matcher_alpha: weight of the positive part, [0, 1]
  double gamma = 2;     // matcher_gamma, >= 0

  void validate() const;
};

// Noised copies of the targets that are decoded beside the queries.
struct DenoisingSettings {
  std::int64_t num_denoising = 100;  // about half as many as there are queries of them; 0: none
  double label_noise_ratio = 0.5;    // [0, 1]; half of it is the probability of another label
  double box_noise_scale = 1;        // >= 0, times half of a box's width and height

  void validate() const;
};

// How D-FINE's decoder divides distances into bins; the decoder's own numbers.
struct DfineDistances {
  std::int64_t reg_max = 32;  // bins - 1, even
  double up = 0.5;            // of the outermost bins, see distance_bins.hpp
  double reg_scale = 4;
};

struct LtdetrLossSettings {
  MatcherSettings matcher;
  // Any of "vfl" (varifocal loss), "focal", "boxes" (L1 and GIoU) and, for D-FINE alone, "local"
  // (its distances' losses).
  std::vector<std::string> losses = {"vfl", "boxes"};
  // loss_weight_dict: factors of "loss_vfl", "loss_focal", "loss_bbox", "loss_giou", "loss_fgl" and
  // "loss_ddf". A term without a factor is left out.
  std::map<std::string, double, std::less<>> loss_weights = {
      {"loss_vfl", 1}, {"loss_bbox", 5}, {"loss_giou", 2}};
  double alpha = 0.75;  // loss_alpha: weight of negatives in "vfl", of positives in "focal"
  double gamma = 2;     // loss_gamma, >= 0
  // Present: D-FINE's criterion; absent: RT-DETRv2's.
  std::optional<DfineDistances> dfine;

  // Throws Error (usage) that names the field, its value and what it may be.
  void validate() const;

  // The factor of a term; empty if it is left out.
  std::optional<double> weight(std::string_view term) const;
  // The terms that are not left out, in the order above.
  std::vector<std::string> terms() const;
};

// The settings for training this decoder: for D-FINE with its distances, its loss "local", and the
// factors 0.15 of loss_fgl and 1.5 of loss_ddf where none are given.
LtdetrLossSettings loss_settings_for(const DecoderConfig& decoder, LtdetrLossSettings settings);

}  // namespace saker
