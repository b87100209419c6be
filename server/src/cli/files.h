// The files that a command works on: which, their content, writing them, and many at a time.
#ifndef K8SNET_SERVER_SRC_CLI_FILES_H_
#define K8SNET_SERVER_SRC_CLI_FILES_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "k8snet/apis/base/result.h"
#include "src/cli/command.h"

namespace k8snet::cli {

// One file to work on.
struct Input {
  std::string path;      // "-": the standard input.
  std::string relative;  // Below the folder that was named; else the file's name.
  std::string error;     // Why it cannot be read, found when folders were looked through.

  [[nodiscard]] bool is_stdin() const { return path == "-"; }
  // As messages show it.
  [[nodiscard]] std::string name() const { return is_stdin() ? "<stdin>" : path; }
};

// Returns the files that `arguments` name: files, folders with all .yaml, .yml and .json files
// below them in order of their names, patterns of glob(7), "-"; the standard input if there are
// none and it is no terminal. A folder that is met again, by a symbolic link, is passed over.
// Errors: kInvalid if an argument names nothing, or there is no input.
[[nodiscard]] Result<std::vector<Input>> ExpandInputs(const std::vector<std::string>& arguments,
                                                      const Console& console);

// Returns the content of a file of at most 256 MiB. Pipes are read to their end.
// Errors: kInternalError with the reason alone.
[[nodiscard]] Result<std::string> ReadInput(const Input& input, const Console& console);

// Puts `text` into the file `path`, whose mode is kept: it is written beside it, synced and
// renamed, so that others see the old or the new file and nothing between. Symbolic links stay.
// Errors: kInternalError with the reason alone.
[[nodiscard]] Status ReplaceFile(const std::string& path, std::string_view text);

// As ReplaceFile, for a file that may be new; folders are made.
[[nodiscard]] Status WriteNewFile(const std::string& path, std::string_view text);

// What came of one file.
struct Outcome {
  std::string out;
  std::string err;
  bool yaml = false;          // Whether `out` is YAML.
  bool found = false;         // Whether something was found, or failed.
  std::size_t documents = 0;  // Counters for the summary.
  std::size_t known = 0;
  std::size_t changed = 0;
};

// Returns "1 file", "2 files".
[[nodiscard]] std::string Count(std::size_t count, std::string_view noun);

// Calls `work` with each index below `count`, on as many threads as --jobs says, and `take` in
// order on the calling thread. Shows on a terminal how far it is when it takes long. Errors:
// kInvalid, --jobs is no number.
[[nodiscard]] Status ForEach(std::size_t count, const Invocation& invocation,
                             const Console& console,
                             const std::function<Outcome(std::size_t index)>& work,
                             const std::function<void(std::size_t index, Outcome outcome)>& take);

// Runs `command`, which looks at files and changes none: calls `check` with each file that the
// command line names, prints what came out, and at the end how many objects are `good`, and how
// many have `bad`.
[[nodiscard]] Exit CheckFiles(std::string_view command, std::string_view good, std::string_view bad,
                              const Invocation& invocation, const Console& console,
                              const std::function<Outcome(const Input& input)>& check);

}  // namespace k8snet::cli

#endif  // K8SNET_SERVER_SRC_CLI_FILES_H_
