#include "src/wakers.h"

#include <utility>

namespace k8snet::server {

void Wakers::Wake() {
  std::shared_ptr<const List> list;
  {
    const MutexLock lock(mutex_);
    ++calls_;
    list = list_;
  }
  for (Waker* waker : *list) {
    waker->Wake();
  }
  const MutexLock lock(mutex_);
  if (--calls_ == 0) {
    quiet_.NotifyAll();
  }
}

void Wakers::Add(Waker& waker) {
  const MutexLock lock(mutex_);
  auto list = std::make_shared<List>(*list_);
  list->push_back(&waker);
  list_ = std::move(list);
}

void Wakers::Remove(Waker& waker) {
  const MutexLock lock(mutex_);
  auto list = std::make_shared<List>(*list_);
  std::erase(*list, &waker);
  list_ = std::move(list);
  while (calls_ > 0) {
    quiet_.Wait(mutex_);
  }
}

}  // namespace k8snet::server
