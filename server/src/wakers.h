// Wakers that come and go.
#ifndef K8SNET_SERVER_SRC_WAKERS_H_
#define K8SNET_SERVER_SRC_WAKERS_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "k8snet/server/http.h"
#include "src/mutex.h"

namespace k8snet::server {

// Passes each wake-up on to all of a list, without a lock held meanwhile. Thread-safe.
class Wakers final : public Waker {
 public:
  void Wake() override;
  void Add(Waker& waker);
  // Once it returns `waker` is called no more. Not to be called from a Wake.
  void Remove(Waker& waker);

 private:
  using List = std::vector<Waker*>;

  Mutex mutex_;
  CondVar quiet_;
  std::shared_ptr<const List> list_ K8SNET_GUARDED_BY(mutex_) = std::make_shared<List>();
  std::size_t calls_ K8SNET_GUARDED_BY(mutex_) = 0;  // Under way.
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_WAKERS_H_
