#include "src/app/flags.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>
#include <utility>

#include "k8snet/apis/base/field.h"

namespace k8snet::server {
namespace {

constexpr std::size_t kHelpColumn = 8;
constexpr std::size_t kHelpWidth = 100;

// Appends `text` in lines of at most kHelpWidth columns that start at kHelpColumn.
void AppendWrapped(std::string& out, std::string_view text) {
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (column == 0 || column + 1 + word.size() > kHelpWidth) {
      out += column == 0 ? "" : "\n";
      out.append(kHelpColumn, ' ');
      column = kHelpColumn;
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out += '\n';
}

}  // namespace

void Flags::Group(std::string title) { groups_.push_back(std::move(title)); }

void Flags::Add(std::string name, std::string placeholder, std::string default_text,
                std::string help, Parse parse) {
  flags_.push_back({groups_.size(), std::move(name), std::move(placeholder),
                    std::move(default_text), std::move(help), false, std::move(parse)});
}

void Flags::AddText(std::string name, std::string placeholder, std::string help,
                    std::string& target) {
  Add(std::move(name), std::move(placeholder), target, std::move(help),
      [&target](std::string_view value) {
        target = value;
        return Status();
      });
}

void Flags::AddNumber(std::string name, std::int64_t minimum, std::int64_t maximum,
                      std::string help, std::int64_t& target) {
  Add(std::move(name), "N", std::to_string(target), std::move(help),
      [&target, minimum, maximum](std::string_view value) -> Status {
        std::int64_t number = 0;
        const char* end = value.data() + value.size();
        const auto [rest, error] = std::from_chars(value.data(), end, number);
        if (error != std::errc() || rest != end || number < minimum || number > maximum) {
          return Error(Reason::kInvalid, "must be a number from " + std::to_string(minimum) +
                                             " to " + std::to_string(maximum));
        }
        target = number;
        return {};
      });
}

void Flags::AddSwitch(std::string name, std::string help, bool& target) {
  Add(std::move(name), "", "", std::move(help), [&target](std::string_view value) -> Status {
    if (value != "true" && value != "false") {
      return Error(Reason::kInvalid, "must be true or false");
    }
    target = value == "true";
    return {};
  });
  flags_.back().is_switch = true;
}

Status Flags::ParseArguments(std::span<const std::string> arguments) const {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    std::string_view name = argument;
    // One dash is for -v and -h alone; two dashes are for everything.
    if (!name.starts_with('-') || name == "-" || name == "--") {
      return Error(Reason::kInvalid, "takes no arguments, got " + field::Quote(argument));
    }
    name.remove_prefix(name.starts_with("--") ? 2 : 1);
    const std::size_t equals = name.find('=');
    const bool has_value = equals != std::string_view::npos;
    std::string_view value = has_value ? name.substr(equals + 1) : "true";
    name = name.substr(0, equals);
    const Flag* flag = Find(argument == "-h" ? "help" : name);
    if (flag == nullptr || (!argument.starts_with("--") && name.size() != 1)) {
      return Error(Reason::kInvalid, "unknown flag: " + argument.substr(0, argument.find('=')));
    }
    if (!has_value && !flag->is_switch) {
      if (i + 1 == arguments.size()) {
        return Error(Reason::kInvalid, "flag needs an argument: " + argument);
      }
      value = arguments[++i];
    }
    if (const Status status = flag->parse(value); !status) {
      return Error(Reason::kInvalid, "invalid argument " + field::Quote(value) + " for \"--" +
                                         flag->name + "\" flag: " + status.error().message);
    }
  }
  return {};
}

std::string Flags::Help() const {
  std::string out;
  std::size_t group = 0;
  for (const Flag& flag : flags_) {
    if (flag.group != group) {
      group = flag.group;
      out += "\n" + groups_[group - 1] + ":\n";
    }
    out += flag.name.size() == 1 ? "  -" + flag.name + ", --" + flag.name : "  --" + flag.name;
    if (!flag.is_switch) {
      out += "=" + flag.placeholder;
    }
    out += '\n';
    AppendWrapped(
        out,
        flag.help + (flag.default_text.empty() ? "." : " (default: " + flag.default_text + ")."));
  }
  return out;
}

const Flags::Flag* Flags::Find(std::string_view name) const {
  const auto found = std::find_if(flags_.begin(), flags_.end(),
                                  [&](const Flag& flag) { return flag.name == name; });
  return found == flags_.end() ? nullptr : &*found;
}

}  // namespace k8snet::server
