// version.cc - `ocitidy version`.
#include "ocitidy/version.h"

#include "commands.h"
#include "output.h"

namespace ocitidy::cli {

void add_version_command(CLI::App& app, Action& chosen) {
  const auto print = []() -> Result<ExitCode> {
    OCITIDY_TRY(Output output, Output::open("", ""));
    output.writer()("ocitidy " + std::string(version()) + "\n");
    OCITIDY_CHECK(output.finish());
    return ExitCode::clean;
  };
  CLI::App* command = app.add_subcommand("version", "Print the version");
  command->callback([print, &chosen] { chosen = print; });
  app.add_flag_callback(
      "--version",
      [print, &chosen] {
        chosen = print;
        throw CLI::Success();
      },
      "Print the version");
}

}  // namespace ocitidy::cli
