// Small files: keys, certificates, configuration.
#ifndef K8SNET_SERVER_SRC_APP_FILES_H_
#define K8SNET_SERVER_SRC_APP_FILES_H_

#include <optional>
#include <string>
#include <string_view>

#include "k8snet/apis/base/result.h"

namespace k8snet::server {

// Returns what is in `path`. Errors: kInternalError, one line with the path and why.
[[nodiscard]] Result<std::string> ReadFile(const std::string& path);

// Returns what is in `path`, or nothing if there is no such file.
[[nodiscard]] Result<std::optional<std::string>> ReadFileIfThere(const std::string& path);

// Puts `content` into `path`, readable by the owner alone. Whoever reads the path sees all of the
// old content or all of the new, also after a crash. Missing directories are made, for the owner
// alone.
[[nodiscard]] Status WritePrivateFile(const std::string& path, std::string_view content);

// Makes the directory `path` and its parents, for the owner alone, unless they exist.
[[nodiscard]] Status MakePrivateDirectory(const std::string& path);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APP_FILES_H_
