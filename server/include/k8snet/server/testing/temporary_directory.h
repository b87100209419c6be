// A directory for a test, which goes with it.
#ifndef K8SNET_SERVER_TESTING_TEMPORARY_DIRECTORY_H_
#define K8SNET_SERVER_TESTING_TEMPORARY_DIRECTORY_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "k8snet/apis/base/check.h"

namespace k8snet::server::testing {

// Makes an empty directory, and removes it with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory()
      : path_((std::filesystem::temp_directory_path() / "k8snet-XXXXXX").string()) {
    K8SNET_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TemporaryDirectory() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
    K8SNET_CHECK(!error);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace k8snet::server::testing

#endif  // K8SNET_SERVER_TESTING_TEMPORARY_DIRECTORY_H_
