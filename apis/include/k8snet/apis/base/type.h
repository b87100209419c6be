// Tables that describe generated structs: one Type per struct, one Field per member. Codecs,
// defaulting, patches and the filler are interpreters of these tables, so a new kind needs no code
// for them.
//
// A struct's members are of these C++ types, by kind and form:
//
//   kind          kValue        kOptional             kList / kNullableList       kMap
//   kBool         bool          std::optional<bool>   vector / optional<vector>   -
//   kInt32, ...   std::int32_t  std::optional<...>    ...                         -
//   kString       std::string   std::optional<...>    ...                         map<string, T>
//   kMessage      the struct    std::optional<...>    ...                         map<string, T>
#ifndef K8SNET_APIS_BASE_TYPE_H_
#define K8SNET_APIS_BASE_TYPE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace k8snet {

struct Type;

// What a member, or an element of it, is.
enum class Kind : std::uint8_t {
  kBool,
  kInt32,
  kInt64,
  kDouble,
  kString,
  kBytes,        // std::string; base64 in JSON.
  kTime,         // Time
  kMicroTime,    // MicroTime
  kIntOrString,  // IntOrString
  kRawJson,      // RawJson
  kMessage,      // A generated struct, described by Field::type.
};

// How often it occurs.
enum class Form : std::uint8_t {
  kValue,         // T: always there.
  kOptional,      // std::optional<T>: absent and zero differ.
  kList,          // std::vector<T>: null and empty are one.
  kNullableList,  // std::optional<std::vector<T>>: null and empty print differently.
  kMap,           // std::map<std::string, T>, keys sorted bytewise.
};

// How server-side apply merges a list.
enum class ListType : std::uint8_t { kAtomic, kSet, kMap };

// How a member is written when it has nothing to say.
enum class Omit : std::uint8_t {
  kNever,  // Always written: "", 0, false, null, [] or {}.
  kEmpty,  // Left out when false, 0, "", absent, or an empty list or map; structs are written.
  kZero,   // As kEmpty, and a zero Time is left out too.
};

// Functions on members of one C++ type, for code that knows only the table. `member` points at the
// member itself. Entries that make no sense for the form are null.
struct FieldOps {
  void (*copy)(void* to, const void* from);
  void (*move)(void* to, void* from);
  bool (*equal)(const void* a, const void* b);
  void (*reset)(void* member);  // To its default-made value.

  // kOptional, kNullableList: the value inside, or null; and a fresh default-made value inside.
  const void* (*get)(const void* member);
  void* (*emplace)(void* member);

  // kList: contiguous elements. On kNullableList, apply these to what `get` and `emplace` return.
  std::size_t element_size;
  std::pair<const void*, std::size_t> (*span)(const void* list);
  void* (*append)(void* list);  // Returns the new, default-made last element.
  void (*resize)(void* list, std::size_t size);
  void (*reserve)(void* list, std::size_t size);  // Capacity only; the elements stay.

  // kMap: the value for `key`, made if missing; whether it was made.
  std::pair<void*, bool> (*insert)(void* map, std::string key);
  // kMap: calls visit(context, key, value) in key order until it returns false.
  void (*visit)(const void* map, void* context,
                bool (*visit)(void* context, const std::string& key, const void* value));
};

// One member. Thread-safe: immutable.
struct Field {
  std::string_view json_name;
  std::string_view json_key;  // The name as an encoder writes it: quotes, name, quotes, colon.
  std::uint32_t number = 0;   // Protobuf field number.
  std::uint32_t offset = 0;   // From the start of the struct that owns the table, in bytes.
  Kind kind = Kind::kString;
  Form form = Form::kValue;
  Omit omit = Omit::kEmpty;
  ListType list_type = ListType::kAtomic;  // Lists only.
  bool list_type_declared = false;         // Whether the IDL says it; OpenAPI tells it then.
  bool atomic = false;                     // Of a map or struct, or the items of a kMap list.
  bool patch_merge = false;     // Strategic merge patch merges the list instead of replacing it.
  bool immutable = false;       // Does not change once set.
  bool required = false;        // Must be given.
  bool schema_default = false;  // OpenAPI schemas tell default_json.
  std::string_view patch_merge_key;  // Key of a merged list of structs; empty for scalars.
  std::string_view list_map_keys;    // Keys of a kMap list, joined by commas.
  std::string_view default_json;     // Default as JSON, or empty.
  std::string_view values;           // Of an enum of strings: all, sorted, joined by commas.
  std::string_view feature_gate;     // Served only with this gate; empty: always.
  std::string_view plural_of;  // Of a list of strings: the member beside it that is its first item.
  std::string_view doc;        // Documentation, in one line.
  const Type* type = nullptr;  // kMessage only.
  const FieldOps* ops = nullptr;

  // The member's address inside the struct at `object`.
  [[nodiscard]] const void* In(const void* object) const {
    return static_cast<const char*>(object) + offset;
  }
  [[nodiscard]] void* In(void* object) const { return static_cast<char*>(object) + offset; }
};

// Functions on whole structs of one C++ type.
struct TypeOps {
  std::size_t size;
  std::shared_ptr<void> (*make)();  // Default-made.
  std::shared_ptr<void> (*copy)(const void* from);
  bool (*equal)(const void* a, const void* b);
};

// One struct. Thread-safe: immutable.
struct Type {
  std::string_view name;          // "Ingress"
  std::string_view group;         // Of the IDL file: "networking.k8s.io", "" for core.
  std::string_view version;       // "v1"
  std::string_view api_version;   // "networking.k8s.io/v1"
  std::string_view openapi_name;  // "io.k8s.api.networking.v1.Ingress"
  std::string_view doc;           // Documentation, in one line.
  bool atomic = false;            // Server-side apply takes it as one value.
  bool is_kind = false;           // Has kind and apiVersion in JSON, and an envelope in protobuf.
  bool is_list = false;           // A list kind: members metadata and items.
  std::span<const Field> fields;  // By JSON: in print order, members of inlined structs in place.
  std::span<const Field> wire;    // By protobuf: ascending numbers, inlined structs as messages.
  std::span<const std::uint8_t> slots;  // Hash table of `fields` by name; see Find.
  std::uint32_t slot_seed = 0;
  const TypeOps* ops = nullptr;
  const Field* metadata = nullptr;  // The ObjectMeta (or ListMeta) member of a kind, or null.

  // Returns the member with this JSON name, or null. Cost: one hash and one comparison.
  [[nodiscard]] const Field* Find(std::string_view json_name) const;
};

// Returns the table of the generated struct T. Each generated header specializes it.
template <typename T>
[[nodiscard]] const Type& TypeOf();

namespace internal {

// A hash of short names, with few collisions for some seed.
constexpr std::uint32_t NameHash(std::string_view name, std::uint32_t seed) {
  std::uint32_t hash = seed + static_cast<std::uint32_t>(name.size()) * 0x9E3779B1U;
  for (const char c : name) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x01000193U;
  }
  return hash ^ (hash >> 15);
}

template <std::size_t kSlots>
struct SlotTable {
  std::array<std::uint8_t, kSlots> slots{};  // Index into `fields` plus one; zero is free.
  std::uint32_t seed = 0;
};

// Returns a table without collisions for the names of `fields`. kSlots is a power of two, at least
// twice the number of fields.
template <std::size_t kSlots, std::size_t kFields>
consteval SlotTable<kSlots> MakeSlots(const std::array<Field, kFields>& fields) {
  static_assert(kFields < 255);
  for (std::uint32_t seed = 1;; ++seed) {
    SlotTable<kSlots> table;
    table.seed = seed;
    bool clash = false;
    for (std::size_t i = 0; i < kFields && !clash; ++i) {
      auto& slot = table.slots[NameHash(fields[i].json_name, seed) & (kSlots - 1)];
      clash = slot != 0;
      slot = static_cast<std::uint8_t>(i + 1);
    }
    if (!clash) {
      return table;
    }
  }
}

// The operations of a member of C++ type M.
template <typename M>
struct MemberOps {
  static void Copy(void* to, const void* from) {
    *static_cast<M*>(to) = *static_cast<const M*>(from);
  }
  static void Move(void* to, void* from) {
    *static_cast<M*>(to) = std::move(*static_cast<M*>(from));
  }
  static bool Equal(const void* a, const void* b) {
    return *static_cast<const M*>(a) == *static_cast<const M*>(b);
  }
  static void Reset(void* member) { *static_cast<M*>(member) = M(); }
};

template <typename T>
struct ListOps {
  static std::pair<const void*, std::size_t> Span(const void* list) {
    const auto& v = *static_cast<const std::vector<T>*>(list);
    return {v.data(), v.size()};
  }
  static void* Append(void* list) { return &static_cast<std::vector<T>*>(list)->emplace_back(); }
  static void Resize(void* list, std::size_t size) {
    static_cast<std::vector<T>*>(list)->resize(size);
  }
  static void Reserve(void* list, std::size_t size) {
    static_cast<std::vector<T>*>(list)->reserve(size);
  }
};

template <typename M>
inline constexpr FieldOps kFieldOps = {.copy = MemberOps<M>::Copy,
                                       .move = MemberOps<M>::Move,
                                       .equal = MemberOps<M>::Equal,
                                       .reset = MemberOps<M>::Reset};

template <typename T>
struct OptionalOps {
  static const void* Get(const void* member) {
    const auto& o = *static_cast<const std::optional<T>*>(member);
    return o.has_value() ? &*o : nullptr;
  }
  static void* Emplace(void* member) { return &static_cast<std::optional<T>*>(member)->emplace(); }
};

template <typename T>
inline constexpr FieldOps kFieldOps<std::optional<T>> = {
    .copy = MemberOps<std::optional<T>>::Copy,
    .move = MemberOps<std::optional<T>>::Move,
    .equal = MemberOps<std::optional<T>>::Equal,
    .reset = MemberOps<std::optional<T>>::Reset,
    .get = OptionalOps<T>::Get,
    .emplace = OptionalOps<T>::Emplace};

// std::vector<bool> is not contiguous; no Kubernetes type has a list of booleans.
template <typename T>
inline constexpr FieldOps kFieldOps<std::vector<T>> = {.copy = MemberOps<std::vector<T>>::Copy,
                                                       .move = MemberOps<std::vector<T>>::Move,
                                                       .equal = MemberOps<std::vector<T>>::Equal,
                                                       .reset = MemberOps<std::vector<T>>::Reset,
                                                       .element_size = sizeof(T),
                                                       .span = ListOps<T>::Span,
                                                       .append = ListOps<T>::Append,
                                                       .resize = ListOps<T>::Resize,
                                                       .reserve = ListOps<T>::Reserve};

template <typename T>
inline constexpr FieldOps kFieldOps<std::optional<std::vector<T>>> = {
    .copy = MemberOps<std::optional<std::vector<T>>>::Copy,
    .move = MemberOps<std::optional<std::vector<T>>>::Move,
    .equal = MemberOps<std::optional<std::vector<T>>>::Equal,
    .reset = MemberOps<std::optional<std::vector<T>>>::Reset,
    .get = OptionalOps<std::vector<T>>::Get,
    .emplace = OptionalOps<std::vector<T>>::Emplace,
    .element_size = sizeof(T),
    .span = ListOps<T>::Span,
    .append = ListOps<T>::Append,
    .resize = ListOps<T>::Resize,
    .reserve = ListOps<T>::Reserve};

template <typename T>
struct MapOps {
  using Map = std::map<std::string, T>;
  static std::pair<void*, bool> Insert(void* map, std::string key) {
    const auto [it, made] = static_cast<Map*>(map)->try_emplace(std::move(key));
    return {&it->second, made};
  }
  static void Visit(const void* map, void* context,
                    bool (*visit)(void* context, const std::string& key, const void* value)) {
    for (const auto& [key, value] : *static_cast<const Map*>(map)) {
      if (!visit(context, key, &value)) {
        return;
      }
    }
  }
};

template <typename T>
inline constexpr FieldOps kFieldOps<std::map<std::string, T>> = {
    .copy = MemberOps<std::map<std::string, T>>::Copy,
    .move = MemberOps<std::map<std::string, T>>::Move,
    .equal = MemberOps<std::map<std::string, T>>::Equal,
    .reset = MemberOps<std::map<std::string, T>>::Reset,
    .insert = MapOps<T>::Insert,
    .visit = MapOps<T>::Visit};

template <typename T>
struct StructOps {
  static std::shared_ptr<void> Make() { return std::make_shared<T>(); }
  static std::shared_ptr<void> Copy(const void* from) {
    return std::make_shared<T>(*static_cast<const T*>(from));
  }
  static bool Equal(const void* a, const void* b) {
    return *static_cast<const T*>(a) == *static_cast<const T*>(b);
  }
};

template <typename T>
inline constexpr TypeOps kTypeOps = {.size = sizeof(T),
                                     .make = StructOps<T>::Make,
                                     .copy = StructOps<T>::Copy,
                                     .equal = StructOps<T>::Equal};

}  // namespace internal

inline const Field* Type::Find(std::string_view json_name) const {
  if (slots.empty()) {
    return nullptr;
  }
  const std::uint32_t hash = internal::NameHash(json_name, slot_seed);
  const std::uint8_t slot = slots[hash & (slots.size() - 1)];
  if (slot == 0) {
    return nullptr;
  }
  const Field& field = fields[slot - 1U];
  return field.json_name == json_name ? &field : nullptr;
}

}  // namespace k8snet

#endif  // K8SNET_APIS_BASE_TYPE_H_
