// Does something once a time has passed, unless it is over before.
#ifndef K8SNET_SERVER_SRC_APP_GRACE_TIMER_H_
#define K8SNET_SERVER_SRC_APP_GRACE_TIMER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace k8snet::server {

// Calls `late` from a thread of its own after `grace`, unless the timer is destroyed before.
class GraceTimer {
 public:
  GraceTimer(std::chrono::milliseconds grace, std::function<void()> late)
      : thread_([grace, late = std::move(late)](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any never;
          std::unique_lock lock(mutex);
          never.wait_for(lock, stop, grace, [] { return false; });
          if (!stop.stop_requested()) {
            late();
          }
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APP_GRACE_TIMER_H_
