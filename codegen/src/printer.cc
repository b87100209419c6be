#include "codegen/src/printer.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

namespace k8snet::codegen {

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

void Printer::Comment(std::string_view text, std::size_t indent) {
  constexpr std::size_t kColumns = 100;
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
