// One stored object at one revision, and a change to it.
#ifndef K8SNET_SRC_STORAGE_ENTRY_H_
#define K8SNET_SRC_STORAGE_ENTRY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "k8snet/server/http.h"
#include "src/storage/encodings.h"

namespace k8snet::server {

// What selectors look at, taken out of the stored bytes once.
struct Attributes {
  // By name, ascending, no name twice.
  std::vector<std::pair<std::string, std::string>> labels;
  // Values of the resource's selectable fields, in whatever order its registry has them. Name and
  // namespace are in the entry already.
  std::vector<std::string> fields;

  // Returns the value of a label, or null.
  [[nodiscard]] const std::string* FindLabel(std::string_view name) const;
};

// A stored object. Thread-safe: immutable once constructed, but for the encodings, which are.
class Entry {
 public:
  // `key_prefix_size` is that of "/registry/ingress/" in the key.
  Entry(std::string key, std::size_t key_prefix_size, bool namespaced, std::uint64_t revision,
        Bytes value, Attributes attributes, EncodingBudget& budget);

  // The whole key: "/registry/ingress/default/web".
  [[nodiscard]] const std::string& key() const { return key_; }
  // Empty for objects without one. Lifetime of both views: the entry's.
  [[nodiscard]] std::string_view name_space() const {
    return std::string_view(key_).substr(namespace_begin_, namespace_size_);
  }
  [[nodiscard]] std::string_view name() const { return std::string_view(key_).substr(name_begin_); }
  // Of the change that made this value; the object's resourceVersion.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  // As stored: "k8s\0", Unknown, hub protobuf without resourceVersion. Never null.
  [[nodiscard]] const Bytes& value() const { return value_; }
  [[nodiscard]] const Attributes& attributes() const { return attributes_; }
  // Encodings of the object alone, such as a list has them.
  [[nodiscard]] const Encodings& encodings() const { return encodings_; }
  // Short for encodings().Get.
  [[nodiscard]] Bytes Encoding(EncodingKey key, const std::function<Bytes()>& make) const {
    return encodings_.Get(key, make);
  }

 private:
  std::string key_;
  std::uint32_t namespace_begin_ = 0;
  std::uint32_t namespace_size_ = 0;
  std::uint32_t name_begin_ = 0;
  std::uint64_t revision_;
  Bytes value_;
  Attributes attributes_;
  Encodings encodings_;
};

using EntryPtr = std::shared_ptr<const Entry>;

enum class EventType : std::uint8_t { kAdded, kModified, kDeleted };

// A change to one object. Thread-safe: immutable once constructed, but for the encodings, which
// are.
struct Event {
  Event(EventType type_in, std::uint64_t revision_in, EntryPtr entry_in, EntryPtr previous_in,
        EncodingBudget& budget)
      : type(type_in),
        revision(revision_in),
        entry(std::move(entry_in)),
        previous(std::move(previous_in)),
        encodings(budget) {}

  const EventType type;
  // Of the change. A deletion's is not the entry's: clients see the last state of the object with
  // the deletion's resourceVersion.
  const std::uint64_t revision;
  // The new state; of a deletion, the last one. Never null.
  const EntryPtr entry;
  // The state before. Null for kAdded.
  const EntryPtr previous;
  // The event's bytes as written to watchers, per version, format and framing. A selector can turn
  // kModified into another type: that is part of the key.
  const Encodings encodings;
};

using EventPtr = std::shared_ptr<const Event>;

}  // namespace k8snet::server

#endif  // K8SNET_SRC_STORAGE_ENTRY_H_
