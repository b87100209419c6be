// A file descriptor that closes itself.
#ifndef K8SNET_SERVER_SRC_DESCRIPTOR_H_
#define K8SNET_SERVER_SRC_DESCRIPTOR_H_

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace k8snet::server {

// Owns a file descriptor, or none (-1). Not thread-safe.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { Close(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  // Gives up the descriptor without closing it.
  [[nodiscard]] int Release() { return std::exchange(fd_, -1); }
  void Close() {
    if (fd_ >= 0) {
      close(std::exchange(fd_, -1));
    }
  }

 private:
  int fd_ = -1;
};

// Writes all of `text` to `fd`, a blocking one. Returns whether it could; errno says why not.
[[nodiscard]] inline bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Adds one to the eventfd `fd`.
inline void SignalEvent(int fd) {
  const std::uint64_t one = 1;
  // It can fail only when the count is full, and then whoever waits is awake.
  [[maybe_unused]] const ssize_t written = write(fd, &one, sizeof one);
}

// Sets the eventfd `fd` back to zero.
inline void ClearEvent(int fd) {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(fd, &count, sizeof count);
}

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_DESCRIPTOR_H_
