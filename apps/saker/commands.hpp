// The commands of the program. Each adds itself to the command line; the returned action runs when
// it was chosen.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace saker {

// The exit code.
using Action = std::function<int()>;

void add_train_command(CLI::App& program, Action& action);
void add_predict_command(CLI::App& program, Action& action);
void add_evaluate_command(CLI::App& program, Action& action);
void add_settings_command(CLI::App& program, Action& action);
void add_models_command(CLI::App& program, Action& action);
void add_convert_command(CLI::App& program, Action& action);
void add_data_command(CLI::App& program, Action& action);
void add_watch_command(CLI::App& program, Action& action);
void add_report_command(CLI::App& program, Action& action);
void add_demo_command(CLI::App& program, Action& action);

}  // namespace saker
