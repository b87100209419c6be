#include "src/app/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <system_error>

#include "src/descriptor.h"

namespace k8snet::server {
namespace {

Error SystemError(std::string_view what, const std::string& path, int code) {
  return {Reason::kInternalError,
          std::string(what) + " " + path + ": " + std::generic_category().message(code)};
}

}  // namespace

Result<std::optional<std::string>> ReadFileIfThere(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    if (errno == ENOENT) {
      return std::optional<std::string>();
    }
    return SystemError("cannot read", path, errno);
  }
  std::string content;
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t size = read(file.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size < 0) {
      return SystemError("cannot read", path, errno);
    }
    if (size == 0) {
      return std::optional<std::string>(std::move(content));
    }
    content.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

Result<std::string> ReadFile(const std::string& path) {
  K8SNET_ASSIGN_OR_RETURN(std::optional<std::string> content, ReadFileIfThere(path));
  if (!content) {
    return SystemError("cannot read", path, ENOENT);
  }
  return *std::move(content);
}

Status WritePrivateFile(const std::string& path, std::string_view content) {
  if (const std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0) {
    K8SNET_RETURN_IF_ERROR(MakePrivateDirectory(path.substr(0, slash)));
  }
  const std::string temporary = path + ".new." + std::to_string(getpid());
  unlink(temporary.c_str());
  const Descriptor file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) {
    return SystemError("cannot write", path, errno);
  }
  if (!WriteAll(file.get(), content) || fsync(file.get()) != 0 ||
      rename(temporary.c_str(), path.c_str()) != 0) {
    const int code = errno;
    unlink(temporary.c_str());
    return SystemError("cannot write", path, code);
  }
  return {};
}

Status MakePrivateDirectory(const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      return SystemError("cannot make directory", part, errno);
    }
  }
  struct stat info {};
  if (stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return SystemError("cannot make directory", path, ENOTDIR);
  }
  return {};
}

}  // namespace k8snet::server
