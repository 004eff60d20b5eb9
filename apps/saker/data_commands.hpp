// The commands of `saker data`. Each adds itself to it; the returned action runs when it was
// chosen.
#pragma once

#include "commands.hpp"

namespace saker {

void add_data_check(CLI::App& data, Action& action);
void add_data_convert(CLI::App& data, Action& action);
void add_data_preview(CLI::App& data, Action& action);

}  // namespace saker
