// How LTDETR is trained.
#pragma once

#include <memory>

#include "core/settings_reader.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"
#include "detectors/recipe.hpp"
#include "saker/value.hpp"

namespace saker {

// AdamW at a rate of 5e-4 for 32 images a step (1e-4 for 16 with DINOv2 backbones), times the
// square root of the batch's ratio to these; the backbone at a small part of it. Gradients are
// clipped to a norm of 0.1; flat-cosine or, with DINOv2, linear schedule; an average of the
// weights.
//
// model_args: see training_args.hpp. Everything wrong with them is added to problems.
//
// The recipe's functions that take a detector throw Error (internal) for one that is no LTDETR.
std::unique_ptr<Recipe> make_ltdetr_recipe(const LtdetrConfig& config,
                                           const Value& model_args,
                                           SettingsProblems& problems);

}  // namespace saker
