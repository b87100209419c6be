#include "src/verbs/watch_stream.h"

#include <algorithm>
#include <utility>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/meta.h"
#include "k8snet/apis/meta/v1.h"
#include "src/negotiate/document.h"
#include "src/negotiate/status_object.h"
#include "src/registry/wire_scan.h"

namespace k8snet::server {
namespace {

// Source: kubernetes/apiserver pkg/storage/cacher/cacher.go, defaultBookmarkFrequency, and
// cache_watcher.go: the last one comes shortly before the deadline.
constexpr std::chrono::seconds kBookmarkPeriod{60};
constexpr std::chrono::seconds kLastBookmark{2};

constexpr std::string_view kEndOfInitialEvents = "k8s.io/initial-events-end";
constexpr std::string_view kTypeNames[] = {"ADDED", "MODIFIED", "DELETED"};

// Names the bytes of an event among those kept with it.
EncodingKey KeyOf(const ServedResource& served, const Output& output, EventType type) {
  const auto transform = static_cast<EncodingKey>(output.transform);
  const auto format = static_cast<EncodingKey>(output.format);
  const EncodingKey beta = output.transform_version == "v1" ? 0 : 1;
  return (served.index << 8U) | (beta << 7U) | (transform << 5U) | (format << 3U) |
         static_cast<EncodingKey>(type);
}

}  // namespace

WatchStream::WatchStream(const ServedResource& served, const ObjectCodec& codec,
                         const Renderer& renderer, const Clock& clock, WatchPlan plan)
    : served_(served),
      codec_(codec),
      renderer_(renderer),
      clock_(clock),
      plan_(std::move(plan)),
      prefix_(served.kind->Prefix(plan_.name_space)),
      next_key_(prefix_),
      pending_(plan_.initial_events || plan_.failure.has_value()),
      initial_done_(!plan_.initial_events) {
  if (plan_.bookmarks) {
    const SteadyTime now = clock_.SteadyNow();
    next_bookmark_ = std::min(now + kBookmarkPeriod, plan_.deadline - kLastBookmark);
    if (next_bookmark_ <= now) {
      next_bookmark_ = SteadyTime::max();
    }
  }
}

Stream::State WatchStream::Pull(std::size_t budget_bytes, std::vector<Bytes>& out) {
  if (ended_) {
    return State::kEnd;
  }
  const SteadyTime now = clock_.SteadyNow();
  std::size_t used = 0;
  if (plan_.failure) {
    AppendError(*plan_.failure, out);
    ended_ = true;
    return State::kEnd;
  }
  if (now >= plan_.deadline) {
    ended_ = true;
    return State::kEnd;
  }
  const std::size_t before = out.size();
  const State state = PullEvents(now, budget_bytes, used, out);
  if (plan_.output.transform == Transform::kMetadataList && out.size() > before && !ended_) {
    // An event is no list, which upstream finds out when there is one to send.
    out.resize(before);
    ended_ = true;
    return State::kEnd;
  }
  return state;
}

Stream::State WatchStream::PullEvents(SteadyTime now, std::size_t budget_bytes, std::size_t used,
                                      std::vector<Bytes>& out) {
  if (!initial_done_) {
    if (!PullInitial(budget_bytes, used, out)) {
      return State::kMore;
    }
    initial_done_ = true;
    pending_.store(false);
    if (plan_.initial_marker) {
      AppendBookmark(plan_.snapshot.revision(), true, out);
    }
    plan_.snapshot = {};
  }
  while (used < budget_bytes) {
    auto event = plan_.cursor->Next();
    if (!event) {
      AppendError(event.error(), out);
      ended_ = true;
      return State::kEnd;
    }
    if (*event == nullptr) {
      if (now >= next_bookmark_) {
        AppendBookmark(plan_.cursor->progress(), false, out);
        next_bookmark_ = now + kBookmarkPeriod < plan_.deadline - kLastBookmark
                             ? now + kBookmarkPeriod
                         : now < plan_.deadline - kLastBookmark ? plan_.deadline - kLastBookmark
                                                                : SteadyTime::max();
      }
      return State::kIdle;
    }
    AppendEvent(**event, used, out);
  }
  return State::kMore;
}

std::chrono::steady_clock::time_point WatchStream::next_deadline() const {
  return std::min(plan_.deadline, next_bookmark_);
}

bool WatchStream::ready() const {
  return pending_.load() || (plan_.cursor != nullptr && plan_.cursor->ready());
}

bool WatchStream::PullInitial(std::size_t budget_bytes, std::size_t& used,
                              std::vector<Bytes>& out) {
  for (auto it = plan_.snapshot.Seek(prefix_, next_key_); it.valid(); it.Next()) {
    const Entry& entry = *it.entry();
    if (used >= budget_bytes) {
      next_key_ = entry.key();
      return false;
    }
    if (plan_.selection.Matches(entry)) {
      AppendInitial(entry, used, out);
    }
  }
  return true;
}

void WatchStream::AppendInitial(const Entry& entry, std::size_t& used, std::vector<Bytes>& out) {
  if (plan_.output.transform == Transform::kNone && plan_.output.format == Format::kJson) {
    // The bytes that lists use, between constant ones.
    auto tail = codec_.Encoded(served_, EncodedForm::kJsonTail, entry);
    if (tail) {
      out.emplace_back(Bytes(), &served_.event_heads[0]);
      const std::size_t size =
          served_.event_heads[0].size() + (*tail)->size() + served_.event_end.size();
      served_.watch_counters->Count(size);
      used += size;
      out.push_back(*std::move(tail));
      out.emplace_back(Bytes(), &served_.event_end);
    }
    return;
  }
  if (auto frame = Frame(EventType::kAdded, entry, entry.revision(), true)) {
    served_.watch_counters->Count(frame->size());
    used += frame->size();
    out.push_back(std::make_shared<const std::string>(*std::move(frame)));
  }
}

void WatchStream::AppendEvent(const Event& event, std::size_t& used, std::vector<Bytes>& out) {
  const bool now_matches =
      event.type != EventType::kDeleted && plan_.selection.Matches(*event.entry);
  const Entry* before =
      event.type == EventType::kDeleted ? event.entry.get() : event.previous.get();
  const bool matched = before != nullptr && plan_.selection.Matches(*before);
  if (!now_matches && !matched) {
    return;
  }
  const EventType type =
      now_matches ? (matched ? EventType::kModified : EventType::kAdded) : EventType::kDeleted;
  // What is gone for the selection is shown as it was, at the revision of the change.
  const Entry& shown = now_matches ? *event.entry : *before;
  // Upstream fills in what reads show only for objects that it copies: those that leave the
  // selection. Source: kubernetes/apiserver pkg/storage/cacher/cacher.go, setCachingObjects.
  const bool leaves = !now_matches && event.type != EventType::kDeleted;
  const auto make = [&]() -> Bytes {
    auto frame = Frame(type, shown, event.revision, leaves);
    return frame ? std::make_shared<const std::string>(*std::move(frame)) : nullptr;
  };
  Bytes bytes =
      shares_bytes() ? event.encodings.Get(KeyOf(served_, plan_.output, type), make) : make();
  if (bytes != nullptr) {
    served_.watch_counters->Count(bytes->size());
    used += bytes->size();
    out.push_back(std::move(bytes));
  }
}

Result<std::string> WatchStream::Frame(EventType type, const Entry& entry, std::uint64_t revision,
                                       bool filled) {
  const std::string_view name = kTypeNames[static_cast<std::size_t>(type)];
  if (plan_.output.transform == Transform::kNone && plan_.output.format == Format::kJson &&
      revision == entry.revision() && (filled || !served_.kind->strategy->FillsOnRead())) {
    K8SNET_ASSIGN_OR_RETURN(const Bytes tail,
                            codec_.Encoded(served_, EncodedForm::kJsonTail, entry));
    const std::string& head = served_.event_heads[static_cast<std::size_t>(type)];
    std::string frame;
    frame.reserve(head.size() + tail->size() + served_.event_end.size());
    frame += head;
    frame += *tail;
    frame += served_.event_end;
    return frame;
  }
  K8SNET_ASSIGN_OR_RETURN(const Object hub,
                          codec_.DecodeStored(*served_.kind, entry, revision, filled));
  K8SNET_ASSIGN_OR_RETURN(
      const std::string object,
      renderer_.RenderEventObject(served_, plan_.output, plan_.include, hub, !table_columns_sent_));
  table_columns_sent_ = true;
  return FrameOf(name, object);
}

std::string WatchStream::FrameOf(std::string_view type, std::string_view object) const {
  std::string frame;
  if (plan_.output.format == Format::kCbor) {
    // WatchEvent: type, object.
    frame = kCborSelfDescribed;
    AppendCborMapHead(2, frame);
    AppendCborString("type", frame);
    AppendCborString(type, frame);
    AppendCborString("object", frame);
    frame += object;
    return frame;
  }
  if (plan_.output.format != Format::kProtobuf) {
    frame += "{\"type\":\"";
    frame += type;
    frame += "\",\"object\":";
    frame += object;
    frame += "}\n";
    return frame;
  }
  // WatchEvent: type 1, object 2 {raw 1}; the length before it in four bytes, big end first.
  constexpr char kFirst = 0x0A;
  constexpr char kSecond = 0x12;
  std::string raw(1, kFirst);
  AppendVarint(object.size(), raw);
  std::string event(1, kFirst);
  AppendVarint(type.size(), event);
  event += type;
  event += kSecond;
  AppendVarint(raw.size() + object.size(), event);
  event += raw;
  event += object;
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame += static_cast<char>((event.size() >> static_cast<unsigned>(shift)) & 0xFFU);
  }
  return frame + event;
}

void WatchStream::AppendBookmark(std::uint64_t revision, bool end_of_initial,
                                 std::vector<Bytes>& out) {
  MutableObject object(*served_.kind->hub->type);
  MetaOf(object).resource_version = std::to_string(revision);
  if (end_of_initial) {
    MetaOf(object).annotations.emplace(kEndOfInitialEvents, "true");
  }
  // The annotation must come through, whatever tables are to show.
  const IncludeObject include = end_of_initial && plan_.include == IncludeObject::kNone
                                    ? IncludeObject::kMetadata
                                    : plan_.include;
  const auto rendered = renderer_.RenderEventObject(
      served_, plan_.output, include, std::move(object).Freeze(), !table_columns_sent_);
  table_columns_sent_ = true;
  if (rendered) {
    out.push_back(std::make_shared<const std::string>(FrameOf("BOOKMARK", *rendered)));
    served_.watch_counters->Count(out.back()->size());
  }
}

void WatchStream::AppendError(const Error& error, std::vector<Bytes>& out) {
  const meta::v1::Status status = StatusOf(error);
  std::string object =
      EncodeDocument(plan_.output, "v1", "Status", TypeOf<meta::v1::Status>(), &status);
  if (plan_.output.format == Format::kJson) {
    object.pop_back();
  }
  out.push_back(std::make_shared<const std::string>(FrameOf("ERROR", object)));
}

}  // namespace k8snet::server
