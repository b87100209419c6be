// A mutex that clang's thread-safety analysis understands.
#ifndef K8SNET_SRC_MUTEX_H_
#define K8SNET_SRC_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define K8SNET_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define K8SNET_THREAD_ANNOTATION(x)
#endif

// Names the lock that guards a member.
#define K8SNET_GUARDED_BY(x) K8SNET_THREAD_ANNOTATION(guarded_by(x))
// Names the lock that the caller of a function holds.
#define K8SNET_REQUIRES(...) K8SNET_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
// Names the lock that the caller of a function must not hold.
#define K8SNET_EXCLUDES(...) K8SNET_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace k8snet {

// A mutex. Never held across storage, callbacks or I/O. Thread-safe.
class K8SNET_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() K8SNET_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void Unlock() K8SNET_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  // Returns whether it took the lock.
  [[nodiscard]] bool TryLock() K8SNET_THREAD_ANNOTATION(try_acquire_capability(true)) {
    return mutex_.try_lock();
  }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a Mutex for a scope.
class K8SNET_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) K8SNET_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() K8SNET_THREAD_ANNOTATION(release_capability()) { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// A condition that threads wait for under a Mutex. Waits may wake for no reason. Thread-safe.
class CondVar {
 public:
  void Wait(Mutex& mutex) K8SNET_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // Returns false if `deadline` passed.
  bool WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
      K8SNET_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool in_time = condition_.wait_until(lock, deadline) == std::cv_status::no_timeout;
    lock.release();
    return in_time;
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace k8snet

#endif  // K8SNET_SRC_MUTEX_H_
