// How PicoDet is trained.
#pragma once

#include <memory>

#include "core/settings_reader.hpp"
#include "detectors/recipe.hpp"
#include "saker/value.hpp"

namespace saker {

// SGD with momentum 0.9 at a rate of 0.1 for 80 images a step, a linear warm-up, a cosine down to a
// thousandth, and an average of the weights. Weight decay acts on convolution weights alone.
//
// model_args: backbone_weights, lr, momentum, weight_decay, backbone_freeze, lr_warmup_steps,
// warmup_ratio (accepted without effect), loss_vfl_weight, loss_giou_weight, loss_dfl_weight,
// loss_o2o_dfl_weight, simota_center_radius, simota_candidate_topk, simota_iou_weight,
// ema_momentum, ema_warmup_steps. Everything wrong with them is added to problems.
//
// The recipe's functions that take a detector throw Error (internal) for one that is no PicoDet.
std::unique_ptr<Recipe> make_picodet_recipe(const Value& model_args, SettingsProblems& problems);

}  // namespace saker
