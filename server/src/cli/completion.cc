// `k8snet completion`: scripts for shells, and the man page, all from the tables of the commands.
#include <algorithm>

#include "src/cli/commands.h"

namespace k8snet::cli {
namespace {

// Returns the flags of `command`, those that need a value with an equals sign at the end.
std::string FlagWords(const Command& command) {
  std::string words;
  for (const Option& option : command.options) {
    words += "--" + std::string(option.name) + (option.value.empty() ? " " : "= ");
  }
  return words + "--help";
}

std::string Joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    out += (out.empty() ? "" : " ") + word;
  }
  return out;
}

std::string CommandNames() {
  std::string names;
  for (const Command* command : Commands()) {
    names += (names.empty() ? "" : " ") + std::string(command->name);
  }
  return names;
}

// Returns `text` for a word in single quotes of zsh's _arguments.
std::string ZshText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

// Returns `text` as roff takes it.
std::string Roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) {
      out += std::string("\\&") + c;
    } else {
      out += c;
    }
  }
  return out;
}

void AppendRoffOption(const Option& option, std::string& out) {
  out += ".TP\n";
  out += option.letter == '\0' ? "" : std::string("\\fB\\-") + option.letter + "\\fR, ";
  out += "\\fB\\-\\-" + Roff(option.name) + "\\fR";
  out += option.value.empty() ? "" : "=\\fI" + Roff(option.value) + "\\fR";
  out += "\n" + Roff(option.help) + "\n";
}

Exit RunCompletion(const Invocation& invocation, const Console& console) {
  const std::string what = invocation.arguments.size() == 1 ? invocation.arguments[0] : "";
  if (what == "bash") {
    console.Out(BashCompletion());
  } else if (what == "zsh") {
    console.Out(ZshCompletion());
  } else if (what == "man") {
    console.Out(ManPage());
  } else {
    return Refuse("completion", "say one of bash, zsh and man", console);
  }
  return Exit::kClean;
}

constexpr Example kExamples[] = {
    {"source <(k8snet completion bash)", "Complete in this shell"},
    {"k8snet completion zsh > ~/.zfunc/_k8snet", "Complete in zsh, with ~/.zfunc in fpath"},
};

}  // namespace

std::string BashCompletion() {
  std::string out =
      "# bash completion for k8snet; made by 'k8snet completion bash'.\n"
      "_k8snet() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} flags= files=1 "
      "words=\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W '" +
      CommandNames() +
      " help --help --version' -- \"$cur\"))\n"
      "    return\n"
      "  fi\n"
      "  # The shell may cut words at equals signs.\n"
      "  if [ \"$cur\" = = ]; then cur=; elif [ \"$prev\" = = ]; then\n"
      "    prev=${COMP_WORDS[COMP_CWORD-2]}\n"
      "  fi\n"
      "  case ${COMP_WORDS[1]}:$prev in\n";
  for (const Command* command : Commands()) {
    for (const Option& option : command->options) {
      if (option.choices != nullptr) {
        const std::string name(command->name);
        out += "    " + name + ":--" + std::string(option.name);
        out += option.letter == '\0' ? "" : "|" + name + ":-" + option.letter;
        out += ") words='" + Joined(option.choices()) + "' ;;\n";
      }
    }
  }
  out +=
      "  esac\n"
      "  if [ -n \"$words\" ]; then\n"
      "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const Command* command : Commands()) {
    out += "    " + std::string(command->name) + ") flags='" + FlagWords(*command) + "'";
    if (!command->words.empty()) {
      out += " words='" + std::string(command->words) + "'";
    }
    out += command->words.empty() && !command->arguments.empty() ? " ;;\n" : " files= ;;\n";
  }
  out += "    help) words='" + CommandNames() +
         "' files= ;;\n"
         "  esac\n"
         "  if [[ $cur == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$flags\" -- \"$cur\"))\n"
         "    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
         "  elif [ -n \"$words\" ]; then\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "  elif [ -n \"$files\" ]; then\n"
         "    compopt -o filenames 2> /dev/null\n"
         "    COMPREPLY=($(compgen -f -- \"$cur\"))\n"
         "  fi\n"
         "}\n"
         "complete -F _k8snet k8snet\n";
  return out;
}

std::string ZshCompletion() {
  std::string out =
      "#compdef k8snet\n"
      "# zsh completion for k8snet; made by 'k8snet completion zsh'.\n"
      "_k8snet() {\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (const Command* command : Commands()) {
    out += "    '" + std::string(command->name) + ":" + ZshText(command->summary) + "'\n";
  }
  out +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $command in\n";
  for (const Command* command : Commands()) {
    out += "    " + std::string(command->name) + ")\n      _arguments -s \\\n";
    for (const Option& option : command->options) {
      const std::string help = "[" + ZshText(option.help.substr(0, option.help.find('.'))) + "]";
      std::string value;
      if (!option.value.empty()) {
        value = ":" + ZshText(option.value) + ":";
        value += option.choices == nullptr ? "_files" : "(" + Joined(option.choices()) + ")";
      }
      const std::string name = "--" + std::string(option.name) + (value.empty() ? "" : "=");
      if (option.letter == '\0') {
        out += "        '" + name + help + value + "' \\\n";
      } else {
        out += std::string("        {-") + option.letter + (value.empty() ? "" : "+") + "," + name +
               "}'" + help + value + "' \\\n";
      }
    }
    out += "        '(-h --help)'{-h,--help}'[Shows this text]'";
    if (!command->words.empty()) {
      out += " \\\n        '*:word:(" + std::string(command->words) + ")'";
    } else if (!command->arguments.empty()) {
      out += " \\\n        '*:file:_files'";
    }
    out += "\n      ;;\n";
  }
  out +=
      "  esac\n"
      "}\n"
      "if [ \"$funcstack[1]\" = _k8snet ]; then _k8snet \"$@\"; else compdef _k8snet k8snet; fi\n";
  return out;
}

std::string ManPage() {
  std::string out =
      ".TH K8SNET 1 \"\" \"k8snet " K8SNET_VERSION
      "\" \"User Commands\"\n"
      ".SH NAME\nk8snet \\- work on manifests of the Kubernetes networking types\n"
      ".SH SYNOPSIS\n.B k8snet\n.I COMMAND\n[\\fIFLAGS\\fR] [\\fIFILE\\fR...]\n"
      ".SH DESCRIPTION\n"
      "A \\fIFILE\\fR is a file, a folder (all .yaml, .yml and .json files below it), a pattern, "
      "or\n"
      "\\- for the standard input. Multi\\-document YAML, JSON, concatenated JSON, lists and\n"
      "Kubernetes' protobuf are told by their content. Documents of other kinds are left as they\n"
      "are.\n.SH COMMANDS\n";
  for (const Command* command : Commands()) {
    out += ".SS k8snet " + Roff(command->name);
    out += command->arguments.empty() ? "\n" : " " + Roff(command->arguments) + "\n";
    std::string_view text = command->description;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find("\n\n"), text.size());
      out += Roff(text.substr(0, end)) + "\n.PP\n";
      text.remove_prefix(std::min(end + 2, text.size()));
    }
    for (const Option& option : command->options) {
      AppendRoffOption(option, out);
    }
    for (const Example& example : command->examples) {
      out += ".PP\n" + Roff(example.does) + ":\n.PP\n.RS\n.EX\n" + Roff(example.command) +
             "\n.EE\n.RE\n";
    }
  }
  out +=
      ".SH EXIT STATUS\n.TP\n.B 0\nAll is well.\n"
      ".TP\n.B 1\nSomething was found, or some file could not be read or written.\n"
      ".TP\n.B 2\nThe command line makes no sense; nothing was done.\n"
      ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nIf set and not empty, \\-\\-color=auto does not "
      "colour.\n";
  return out;
}

const Command kCompletion = {
    .name = "completion",
    .arguments = "bash|zsh|man",
    .summary = "Print a completion script or the man page",
    .description =
        "Prints the completion script of a shell, or the man page. They are installed "
        "with the program; this is for programs that were copied.",
    .examples = kExamples,
    .run = RunCompletion,
    .words = "bash zsh man",
};

}  // namespace k8snet::cli
