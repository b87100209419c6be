#include "src/cli/command.h"

#include <algorithm>

#include "k8snet/apis/base/field.h"

namespace k8snet::cli {
namespace {

constexpr std::size_t kColumns = 100;

const Option* FindOption(const Command& command, std::string_view name) {
  if (name == kHelpOption.name) {
    return &kHelpOption;
  }
  for (const Option& option : command.options) {
    if (option.name == name) {
      return &option;
    }
  }
  return nullptr;
}

const Option* FindOption(const Command& command, char letter) {
  if (letter == kHelpOption.letter) {
    return &kHelpOption;
  }
  for (const Option& option : command.options) {
    if (option.letter == letter) {
      return &option;
    }
  }
  return nullptr;
}

Status CheckValue(const Option& option, const std::string& value) {
  if (option.value.empty()) {
    if (value == "true" || value == "false") {
      return {};
    }
    return Error(Reason::kInvalid, "--" + std::string(option.name) +
                                       " is a switch: it takes true or false, not " +
                                       field::Quote(value));
  }
  if (option.choices == nullptr) {
    return {};
  }
  const std::vector<std::string> choices = option.choices();
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) {
    return {};
  }
  std::string message =
      "--" + std::string(option.name) + " does not take " + field::Quote(value) + ", but one of:";
  for (const std::string& choice : choices) {
    message += " " + choice;
  }
  return Error(Reason::kInvalid, std::move(message));
}

// Appends `text` broken into lines; the first begins at column `at`, the others after `indent`.
void Wrap(std::string_view text, std::size_t at, std::size_t indent, std::string& out) {
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (!first && at + 1 + end > kColumns) {
      out += "\n" + std::string(indent, ' ');
      at = indent;
    } else if (!first) {
      out += ' ';
      ++at;
    }
    out += text.substr(0, end);
    at += end;
    first = false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out += '\n';
}

void AppendOption(const Option& option, std::string& out) {
  constexpr std::size_t kIndent = 8;
  out += option.letter == '\0' ? "  " : std::string("  -") + option.letter + ", ";
  out += "--" + std::string(option.name);
  if (!option.value.empty()) {
    out += "=" + std::string(option.value);
  }
  out += "\n" + std::string(kIndent, ' ');
  Wrap(option.help, kIndent, kIndent, out);
}

std::string ProgramName(std::string_view command) {
  return command.empty() ? "k8snet" : "k8snet " + std::string(command);
}

Exit UsageError(std::string_view command, std::string_view message, const Console& console) {
  Refuse(command, message, console);
  console.Err("Try '" + ProgramName(command) + " --help'.\n");
  return Exit::kUsage;
}

const Command* FindCommand(std::string_view name) {
  for (const Command* command : Commands()) {
    if (command->name == name) {
      return command;
    }
  }
  return nullptr;
}

}  // namespace

bool Invocation::Has(std::string_view name) const { return Value(name, "false") == "true"; }

std::string Invocation::Value(std::string_view name, std::string_view fallback) const {
  for (auto it = flags.rbegin(); it != flags.rend(); ++it) {
    if (it->first == name) {
      return it->second;
    }
  }
  return std::string(fallback);
}

std::vector<std::string> Invocation::Files() const {
  std::vector<std::string> files = arguments;
  for (const auto& [name, value] : flags) {
    if (name == kFilenameOption.name) {
      files.push_back(value);
    }
  }
  return files;
}

Result<Invocation> ParseInvocation(const Command& command, std::span<const std::string> arguments) {
  Invocation invocation;
  // Adds a flag whose value is `attached`, or the next argument.
  const auto take = [&](const Option& option, const std::string* attached,
                        std::size_t& at) -> Status {
    std::string value;
    if (attached != nullptr) {
      value = *attached;
    } else if (option.value.empty()) {
      value = "true";
    } else if (at + 1 < arguments.size()) {
      value = arguments[++at];
    } else {
      return Error(Reason::kInvalid, "--" + std::string(option.name) + " needs a value");
    }
    K8SNET_RETURN_IF_ERROR(CheckValue(option, value));
    invocation.flags.emplace_back(option.name, std::move(value));
    return {};
  };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      invocation.arguments.insert(invocation.arguments.end(),
                                  arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                  arguments.end());
      break;
    }
    if (argument.starts_with("--")) {
      const std::size_t equals = argument.find('=');
      const std::string name =
          argument.substr(2, equals == std::string::npos ? equals : equals - 2);
      const Option* option = FindOption(command, name);
      if (option == nullptr) {
        return Error(Reason::kInvalid, "unknown flag --" + name);
      }
      const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
      K8SNET_RETURN_IF_ERROR(take(*option, equals == std::string::npos ? nullptr : &value, i));
      continue;
    }
    if (argument.size() < 2 || argument.front() != '-') {
      invocation.arguments.push_back(argument);
      continue;
    }
    for (std::size_t pos = 1; pos < argument.size(); ++pos) {
      const Option* option = FindOption(command, argument[pos]);
      if (option == nullptr) {
        return Error(Reason::kInvalid, std::string("unknown flag -") + argument[pos]);
      }
      const bool rest = !option->value.empty() && pos + 1 < argument.size();
      std::string value = rest ? argument.substr(pos + 1) : "";
      if (rest && value.front() == '=') {
        value.erase(0, 1);
      }
      K8SNET_RETURN_IF_ERROR(take(*option, rest ? &value : nullptr, i));
      if (!option->value.empty()) {
        break;
      }
    }
  }
  return invocation;
}

std::string HelpText() {
  std::string out =
      "k8snet works on manifests of the Kubernetes networking types: Ingress, IngressClass,\n"
      "NetworkPolicy, Service, Endpoints, EndpointSlice, IPAddress, ServiceCIDR, Namespace.\n\n"
      "Usage: k8snet COMMAND [FLAGS] [FILE...]\n\nCommands:\n";
  constexpr std::size_t kNames = 12;
  for (const Command* command : Commands()) {
    out += "  " + std::string(command->name);
    out.append(kNames - std::min(command->name.size(), kNames - 1), ' ');
    out += std::string(command->summary) + "\n";
  }
  out +=
      "\nA FILE is a file, a folder (all .yaml, .yml and .json files below it, but not in .git), "
      "a\n"
      "pattern such as 'apps/*.yaml', or - for the standard input. The format is told by the "
      "content.\n"
      "Documents of other kinds are left as they are.\n\n"
      "Ends with 0 if all is well, 1 if something was found, 2 if the command line makes no "
      "sense.\n"
      "\n'k8snet COMMAND --help' tells more about a command.\n";
  return out;
}

std::string HelpText(const Command& command) {
  std::string out = "Usage: k8snet " + std::string(command.name) + " [FLAGS]";
  out += command.arguments.empty() ? "" : " " + std::string(command.arguments);
  out += "\n\n";
  std::string_view text = command.description;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    Wrap(text.substr(0, end), 0, 0, out);
    out += '\n';
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  out += "Flags:\n";
  for (const Option& option : command.options) {
    AppendOption(option, out);
  }
  AppendOption(kHelpOption, out);
  if (!command.examples.empty()) {
    out += "\nExamples:\n";
    for (const Example& example : command.examples) {
      out += "  # " + std::string(example.does) + "\n  " + std::string(example.command) + "\n";
    }
  }
  return out;
}

std::vector<std::string> FormatChoices() { return {"json", "protobuf", "yaml"}; }

std::vector<std::string> ColorChoices() { return {"always", "auto", "never"}; }

Exit Refuse(std::string_view command, std::string_view message, const Console& console) {
  console.Err(ProgramName(command) + ": " + std::string(message) + "\n");
  return Exit::kUsage;
}

Exit Run(std::span<const std::string> arguments, const Console& console) {
  const std::string name = arguments.empty() ? "" : arguments.front();
  if (name.empty() || name == "--help" || name == "-h" || name == "help") {
    const Command* about = arguments.size() > 1 ? FindCommand(arguments[1]) : nullptr;
    const std::string text = about != nullptr ? HelpText(*about) : HelpText();
    name.empty() ? console.Err(text) : console.Out(text);
    return name.empty() ? Exit::kUsage : Exit::kClean;
  }
  if (name == "--version") {
    console.Out("k8snet " K8SNET_VERSION "\n");
    return Exit::kClean;
  }
  const Command* command = FindCommand(name);
  if (command == nullptr) {
    return UsageError("", "unknown command " + field::Quote(name), console);
  }
  const auto invocation = ParseInvocation(*command, arguments.subspan(1));
  if (!invocation) {
    return UsageError(name, invocation.error().message, console);
  }
  if (invocation->Has("help")) {
    console.Out(HelpText(*command));
    return Exit::kClean;
  }
  const Exit result = command->run(*invocation, console);
  if (std::fflush(console.out) != 0 || std::ferror(console.out) != 0) {
    console.Err("k8snet: the output cannot be written\n");
    return result == Exit::kClean ? Exit::kFindings : result;
  }
  return result;
}

}  // namespace k8snet::cli
