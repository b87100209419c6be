// Command-line flags in the spelling of Kubernetes' programs.
#ifndef K8SNET_SERVER_SRC_APP_FLAGS_H_
#define K8SNET_SERVER_SRC_APP_FLAGS_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/result.h"

namespace k8snet::server {

// A set of flags: `--name=value`, `--name value`, and `--name` alone for a switch. Not thread-safe.
// Source: spf13/pflag flag.go, parseArgs, for the syntax and the errors' texts.
class Flags {
 public:
  // `parse` takes the text of a value; its error says what is wrong with it.
  using Parse = std::function<Status(std::string_view value)>;

  // Starts a group of --help.
  void Group(std::string title);
  // Adds a flag with one value. `placeholder` stands for the value in --help; `help` ends without a
  // full stop if a default follows, which is added unless empty.
  void Add(std::string name, std::string placeholder, std::string default_text, std::string help,
           Parse parse);
  // Adds a flag for `target`; its present value is the default.
  void AddText(std::string name, std::string placeholder, std::string help, std::string& target);
  void AddNumber(std::string name, std::int64_t minimum, std::int64_t maximum, std::string help,
                 std::int64_t& target);
  void AddSwitch(std::string name, std::string help, bool& target);

  // Parses the arguments after the program's name.
  // Errors: kInvalid with one line.
  [[nodiscard]] Status ParseArguments(std::span<const std::string> arguments) const;

  // Returns the groups and flags for --help, lines of at most 100 columns.
  [[nodiscard]] std::string Help() const;

 private:
  struct Flag {
    std::size_t group = 0;
    std::string name;
    std::string placeholder;
    std::string default_text;
    std::string help;
    bool is_switch = false;
    Parse parse;
  };

  [[nodiscard]] const Flag* Find(std::string_view name) const;

  std::vector<std::string> groups_;
  std::vector<Flag> flags_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APP_FLAGS_H_
