// Many image files through a network, with reading, the network and what follows at the same time.
#pragma once

#include <string>
#include <vector>

#include "inference/backend.hpp"
#include "saker/file_prediction.hpp"

namespace saker {

// Calls on_result for each path in order, from this thread, while other threads read the next
// images and run the network. A file that cannot be read is a result too.
//
// Throws Error (usage) for arguments out of their range, and what the network or on_result throw,
// after which no more results come.
void predict_files(Backend& backend,
                   const std::vector<std::string>& paths,
                   const PredictFilesArgs& args,
                   const OnFilePrediction& on_result);

}  // namespace saker
