// The subcommands of k8snet as tables: parsing, --help, completions and the man page come from
// them.
//
// To add one: a file of its own that defines `const Command kName`, and a line in commands.cc.
#ifndef K8SNET_SERVER_SRC_CLI_COMMAND_H_
#define K8SNET_SERVER_SRC_CLI_COMMAND_H_

#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "k8snet/apis/base/result.h"

namespace k8snet::cli {

// What the program ends with.
enum class Exit {
  kClean = 0,     // All is well, or nothing differs.
  kFindings = 1,  // Something was found, or some file could not be read or written.
  kUsage = 2,     // The command line makes no sense; nothing was done.
};

// One flag: `--name=value`, `--name value`, `-l value`; a switch: `--name`, `-l`, `--name=false`.
struct Option {
  std::string_view name;   // Without dashes: "output-version".
  char letter = '\0';      // Of the short form, if any.
  std::string_view value;  // What stands for the value in the help: "VERSION". Empty: a switch.
  std::string_view help;   // Sentences.
  // Returns the values that are taken; null: any are.
  std::vector<std::string> (*choices)() = nullptr;
};

struct Example {
  std::string_view command;
  std::string_view does;
};

// What was asked for on the command line.
class Invocation {
 public:
  // Arguments that are no flags, in order.
  std::vector<std::string> arguments;
  // Flags in order, by name.
  std::vector<std::pair<std::string_view, std::string>> flags;

  // Whether the switch `name` is on.
  [[nodiscard]] bool Has(std::string_view name) const;
  // Returns the arguments and the values of --filename.
  [[nodiscard]] std::vector<std::string> Files() const;
  // Returns the value of `name`, the last one if it stands several times, or `fallback`.
  [[nodiscard]] std::string Value(std::string_view name, std::string_view fallback = {}) const;
};

// Where a command writes to and reads from.
struct Console {
  std::FILE* in = stdin;
  std::FILE* out = stdout;
  std::FILE* err = stderr;

  void Out(std::string_view text) const { std::fwrite(text.data(), 1, text.size(), out); }
  void Err(std::string_view text) const { std::fwrite(text.data(), 1, text.size(), err); }
};

// One subcommand. Thread-safe: immutable.
struct Command {
  std::string_view name;
  std::string_view arguments;    // Such as "[FILE...]".
  std::string_view summary;      // A few words for the list of commands, without a full stop.
  std::string_view description;  // Paragraphs, parted by empty lines.
  std::span<const Option> options;
  std::span<const Example> examples;
  Exit (*run)(const Invocation& invocation, const Console& console) = nullptr;
  // The words that the arguments are taken from, joined by spaces; empty: files.
  std::string_view words;
};

// Returns all subcommands in the order of the help.
[[nodiscard]] std::span<const Command* const> Commands();

// Parses the arguments after the subcommand's name.
// Errors: kInvalid with one line.
[[nodiscard]] Result<Invocation> ParseInvocation(const Command& command,
                                                 std::span<const std::string> arguments);

// The texts of --help, without and with a subcommand.
[[nodiscard]] std::string HelpText();
[[nodiscard]] std::string HelpText(const Command& command);

// The completion scripts and the man page, in roff.
[[nodiscard]] std::string BashCompletion();
[[nodiscard]] std::string ZshCompletion();
[[nodiscard]] std::string ManPage();

// Runs the program with the arguments after its name.
[[nodiscard]] Exit Run(std::span<const std::string> arguments, const Console& console);

// Says what is wrong with the command line of `command`; returns kUsage.
Exit Refuse(std::string_view command, std::string_view message, const Console& console);

// Flags that several commands have.
std::vector<std::string> FormatChoices();  // json, protobuf, yaml
std::vector<std::string> ColorChoices();   // always, auto, never
inline constexpr Option kColorOption{"color", '\0', "WHEN",
                                     "Whether to colour: always, never, or auto, which is on a "
                                     "terminal unless NO_COLOR is set.",
                                     ColorChoices};
inline constexpr Option kFilenameOption{"filename", 'f', "FILE",
                                        "Another FILE, for those used to kubectl."};
inline constexpr Option kJobsOption{"jobs", 'j', "N",
                                    "How many files to work on at a time. Default: one a core."};
inline constexpr Option kHelpOption{"help", 'h', "", "Shows this text."};

}  // namespace k8snet::cli

#endif  // K8SNET_SERVER_SRC_CLI_COMMAND_H_
