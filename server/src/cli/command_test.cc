#include "src/cli/command.h"

#include <gtest/gtest.h>

namespace k8snet::cli {
namespace {

std::vector<std::string> Words() { return {"one", "two"}; }

constexpr Option kOptions[] = {
    {"word", 'w', "WORD", "A word.", Words},
    {"text", 't', "TEXT", "A text."},
    {"switch", 's', "", "A switch."},
    {"other", 'o', "", "Another."},
};

TEST(ParseInvocation, TakesTheSyntaxOfKubernetesPrograms) {
  struct Case {
    std::vector<std::string> arguments;
    std::string parsed;  // Flags, a bar, arguments; or the error.
  };
  const Case cases[] = {
      {{}, "|"},
      {{"a", "--word=one", "b"}, "word=one |a b "},
      {{"--word", "two", "-"}, "word=two |- "},
      {{"-w", "one", "-wtwo", "-w=one"}, "word=one word=two word=one |"},
      {{"-so", "--switch=false"}, "switch=true other=true switch=false |"},
      {{"-st", "x"}, "switch=true text=x |"},
      {{"--text="}, "text= |"},
      {{"--", "--word"}, "|--word "},
      {{"--text", "--word"}, "text=--word |"},
      {{"--help"}, "help=true |"},
      {{"--no"}, "unknown flag --no"},
      {{"-x"}, "unknown flag -x"},
      {{"--text"}, "--text needs a value"},
      {{"-t"}, "--text needs a value"},
      {{"--word=three"}, "--word does not take \"three\", but one of: one two"},
      {{"--switch=maybe"}, "--switch is a switch: it takes true or false, not \"maybe\""},
  };
  const Command command = {.name = "test", .options = kOptions};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.parsed);
    const auto invocation = ParseInvocation(command, c.arguments);
    std::string parsed;
    if (!invocation) {
      parsed = invocation.error().message;
    } else {
      for (const auto& [name, value] : invocation->flags) {
        parsed += std::string(name) + "=" + value + " ";
      }
      parsed += "|";
      for (const std::string& argument : invocation->arguments) {
        parsed += argument + " ";
      }
    }
    EXPECT_EQ(parsed, c.parsed);
  }
}

TEST(Commands, AreWholeAndHaveHelpOfAHundredColumns) {
  for (const Command* command : Commands()) {
    SCOPED_TRACE(command->name);
    EXPECT_NE(command->run, nullptr);
    EXPECT_FALSE(command->summary.empty() || command->summary.ends_with('.'));
    const std::string help = HelpText(*command);
    std::size_t begin = 0;
    while (begin < help.size()) {
      const std::size_t end = help.find('\n', begin);
      EXPECT_LE(end - begin, 100U) << help.substr(begin, end - begin);
      begin = end + 1;
    }
    for (const Option& option : command->options) {
      EXPECT_TRUE(option.help.ends_with('.')) << option.name;
    }
  }
}

}  // namespace
}  // namespace k8snet::cli
