// Findings as people read them: file, line, column, path, message, the line and a caret.
#ifndef K8SNET_SERVER_SRC_CLI_REPORT_H_
#define K8SNET_SERVER_SRC_CLI_REPORT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "src/cli/command.h"
#include "src/cli/manifest.h"

namespace k8snet::cli {

enum class Severity { kError, kWarning };

enum class ReportStyle {
  kText,    // For people.
  kJson,    // A JSON object a line.
  kGithub,  // Annotations of GitHub's workflows.
};

// Colours of terminals, or none.
struct Paint {
  bool on = false;

  [[nodiscard]] std::string Red(std::string_view text) const { return Wrap("31", text); }
  [[nodiscard]] std::string Green(std::string_view text) const { return Wrap("32", text); }
  [[nodiscard]] std::string Cyan(std::string_view text) const { return Wrap("36", text); }
  [[nodiscard]] std::string Yellow(std::string_view text) const { return Wrap("33", text); }
  [[nodiscard]] std::string Bold(std::string_view text) const { return Wrap("1", text); }

 private:
  [[nodiscard]] std::string Wrap(const char* code, std::string_view text) const;
};

// Whether --color and NO_COLOR ask for colours on `stream`.
[[nodiscard]] Paint PaintFor(const Invocation& invocation, std::FILE* stream);

// Returns `text` without what a terminal would take for a command.
[[nodiscard]] std::string Printable(std::string_view text);

// Collects the findings of one file.
class Reporter {
 public:
  // Finish appends to `out`.
  Reporter(const Manifest& manifest, Paint paint, std::string& out,
           ReportStyle style = ReportStyle::kText)
      : manifest_(manifest), paint_(paint), out_(out), style_(style) {}

  // Reports a finding at `offset` of the file's text.
  void At(std::size_t offset, std::string_view path, std::string_view message,
          Severity severity = Severity::kError);
  // Reports a finding about the field `field` of `object`. `at_key`: about the key, not the value.
  void Field(const Document& document, const ObjectAt& object, std::string_view field,
             std::string_view message, Severity severity = Severity::kError, bool at_key = false);
  // The same, shown at the place of another field.
  void FieldAt(const Document& document, const ObjectAt& object, std::string_view field,
               std::string_view place_of, std::string_view message, Severity severity, bool at_key);
  // Reports what makes the file or its documents unreadable; returns whether there was any.
  bool Unreadable();
  bool Unreadable(const Document& document);

  // Appends what was reported in the order of places; to be called at the end.
  void Finish();

  [[nodiscard]] const Manifest& manifest() const { return manifest_; }
  // Whether an error was reported.
  [[nodiscard]] bool found() const { return errors_ > 0; }
  [[nodiscard]] std::size_t errors() const { return errors_; }
  // How many warnings were.
  [[nodiscard]] std::size_t warnings() const { return warnings_; }

 private:
  struct Finding {
    std::size_t offset = 0;
    Severity severity = Severity::kError;
    std::string path;
    std::string message;
  };
  // Where a finding is: line and column count from one, columns are characters.
  struct Spot {
    std::size_t begin = 0;  // Of the line.
    std::size_t line = 1;
    std::size_t column = 1;
  };

  void AppendText(const Finding& finding, const Spot& spot);
  void AppendLine(std::size_t offset, std::size_t begin);
  void AppendJson(const Finding& finding, const Spot& spot);
  void AppendGithub(const Finding& finding, const Spot& spot);

  const Manifest& manifest_;
  Paint paint_;
  std::string& out_;
  ReportStyle style_;
  std::vector<Finding> findings_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace k8snet::cli

#endif  // K8SNET_SERVER_SRC_CLI_REPORT_H_
