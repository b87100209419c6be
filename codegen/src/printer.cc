#include "codegen/src/printer.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

namespace k8snet::codegen {
namespace {

constexpr std::size_t kColumns = 100;

// Breaks `.doc = "words",` into lines that hold a part of the literal each.
std::string BreakLiteral(const std::string& line, std::size_t quote) {
  const std::size_t indent = line.find_first_not_of(' ');
  const std::string lead(indent + 4, ' ');
  std::string out = line.substr(0, line.find_last_not_of(' ', quote - 1) + 1) + '\n';
  std::size_t at = quote + 1;
  while (lead.size() + 1 + line.size() - at > kColumns) {
    const std::size_t space = line.rfind(' ', at + kColumns - lead.size() - 3);
    if (space == std::string::npos || space < at) {
      break;
    }
    out += lead + '"' + line.substr(at, space + 1 - at) + "\"\n";
    at = space + 1;
  }
  return out + lead + '"' + line.substr(at);
}

// Breaks after the last comma that fits, and goes on behind the first parenthesis.
std::string BreakArguments(const std::string& line, std::size_t open) {
  const std::size_t comma = line.rfind(", ", kColumns - 1);
  if (comma == std::string::npos || comma < open) {
    return line;
  }
  return line.substr(0, comma + 1) + '\n' + std::string(open + 1, ' ') + line.substr(comma + 2);
}

std::string Fit(const std::string& line) {
  if (line.size() <= kColumns || line.find("//") != std::string::npos) {
    return line;
  }
  if (const auto quote = line.find('"'); quote != std::string::npos) {
    return BreakLiteral(line, quote);
  }
  const auto open = line.find('(');
  return open == std::string::npos ? line : BreakArguments(line, open);
}

}  // namespace

void Printer::Print(std::string_view format,
                    const std::vector<std::pair<std::string_view, std::string>>& values) {
  while (!format.empty()) {
    const auto begin = format.find('$');
    text_.append(format.substr(0, begin));
    if (begin == std::string_view::npos) {
      return;
    }
    const auto end = format.find('$', begin + 1);
    const auto name = format.substr(begin + 1, end - begin - 1);
    const auto value = std::find_if(values.begin(), values.end(),
                                    [&](const auto& item) { return item.first == name; });
    if (name.empty()) {
      text_ += '$';
    } else if (value == values.end()) {
      std::cerr << "no value for $" << name << "$\n";
      std::abort();
    } else {
      text_ += value->second;
    }
    format.remove_prefix(end + 1);
  }
}

std::string Printer::text() const {
  std::istringstream lines(text_);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    out += Fit(line) + '\n';
  }
  return out;
}

void Printer::Comment(std::string_view text, std::size_t indent) {
  const std::string start = std::string(indent, ' ') + "//";
  std::istringstream words{std::string(text)};
  std::string line = start;
  std::string word;
  while (words >> word) {
    if (line.size() > start.size() && line.size() + 1 + word.size() > kColumns) {
      text_ += line + '\n';
      line = start;
    }
    line += ' ' + word;
  }
  if (line.size() > start.size()) {
    text_ += line + '\n';
  }
}

}  // namespace k8snet::codegen
