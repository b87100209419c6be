// The body of a watch: what exists, then what changes, in the frames of a format.
// Source: kubernetes/apiserver pkg/endpoints/handlers/watch.go,
// pkg/storage/cacher/cache_watcher.go.
#ifndef K8SNET_SERVER_SRC_VERBS_WATCH_STREAM_H_
#define K8SNET_SERVER_SRC_VERBS_WATCH_STREAM_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "k8snet/apis/base/error.h"
#include "k8snet/server/clock.h"
#include "k8snet/server/http.h"
#include "src/negotiate/accept.h"
#include "src/registry/served.h"
#include "src/storage/cache.h"
#include "src/verbs/render.h"
#include "src/verbs/verbs.h"

namespace k8snet::server {

// What a watch sends and when it ends.
struct WatchPlan {
  Output output;
  IncludeObject include = IncludeObject::kMetadata;
  Selection selection;
  std::string name_space;
  bool initial_events = false;  // Begin with what `snapshot` holds.
  bool initial_marker = false;  // Then say so in a bookmark.
  bool bookmarks = false;
  Snapshot snapshot;
  std::unique_ptr<EventCursor> cursor;  // Null with `failure`.
  std::optional<Error> failure;         // The stream is this one ERROR event.
  std::chrono::steady_clock::time_point deadline;
};

// Not thread-safe but for ready(), as Stream says.
class WatchStream final : public Stream {
 public:
  // The references outlive this.
  WatchStream(const ServedResource& served, const ObjectCodec& codec, const Renderer& renderer,
              const Clock& clock, WatchPlan plan);

  State Pull(std::size_t budget_bytes, std::vector<Bytes>& out) override;
  [[nodiscard]] std::chrono::steady_clock::time_point next_deadline() const override;
  [[nodiscard]] bool ready() const override;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // Pull, but for what ends a stream at once. `used` bytes of the budget are spent.
  State PullEvents(SteadyTime now, std::size_t budget_bytes, std::size_t used,
                   std::vector<Bytes>& out);
  // Appends initial events; whether all are out.
  [[nodiscard]] bool PullInitial(std::size_t budget_bytes, std::size_t& used,
                                 std::vector<Bytes>& out);
  // Appends what the selection sees of an event. Null events of others are skipped.
  void AppendEvent(const Event& event, std::size_t& used, std::vector<Bytes>& out);
  void AppendInitial(const Entry& entry, std::size_t& used, std::vector<Bytes>& out);
  void AppendBookmark(std::uint64_t revision, bool end_of_initial, std::vector<Bytes>& out);
  void AppendError(const Error& error, std::vector<Bytes>& out);
  // `filled`: the object as reads show it, else as it is stored.
  [[nodiscard]] Result<std::string> Frame(EventType type, const Entry& entry,
                                          std::uint64_t revision, bool filled);
  [[nodiscard]] std::string FrameOf(std::string_view type, std::string_view object) const;
  [[nodiscard]] bool shares_bytes() const { return plan_.output.transform != Transform::kTable; }

  const ServedResource& served_;
  const ObjectCodec& codec_;
  const Renderer& renderer_;
  const Clock& clock_;
  WatchPlan plan_;
  std::string prefix_;
  std::string next_key_;       // Where the initial events go on.
  std::atomic<bool> pending_;  // There is something to send that the cursor does not know of.
  bool initial_done_ = false;
  bool table_columns_sent_ = false;
  bool ended_ = false;
  SteadyTime next_bookmark_ = SteadyTime::max();
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_VERBS_WATCH_STREAM_H_
