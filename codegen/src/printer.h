// The one way by which the generator writes text.
#ifndef K8SNET_CODEGEN_SRC_PRINTER_H_
#define K8SNET_CODEGEN_SRC_PRINTER_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace k8snet::codegen {

// Collects the text of one file. Not thread-safe.
class Printer {
 public:
  // Appends `format` with each $name$ replaced by its value; `$$` is a dollar sign. Aborts on a
  // name without a value.
  void Print(std::string_view format,
             const std::vector<std::pair<std::string_view, std::string>>& values = {});
  // Appends `text` as `//` comment lines of at most 100 columns, each after `indent` spaces.
  void Comment(std::string_view text, std::size_t indent);

  // Returns the text, with lines of over 100 columns broken: after a comma inside parentheses, or
  // within a string literal, between its words.
  [[nodiscard]] std::string text() const;

 private:
  std::string text_;
};

}  // namespace k8snet::codegen

#endif  // K8SNET_CODEGEN_SRC_PRINTER_H_
