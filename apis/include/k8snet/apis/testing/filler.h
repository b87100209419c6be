// Random objects of any generated type, for tests.
#ifndef K8SNET_APIS_TESTING_FILLER_H_
#define K8SNET_APIS_TESTING_FILLER_H_

#include <cstdint>
#include <random>
#include <string>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/type.h"

namespace k8snet::testing {

struct FillOptions {
  // In percent: how often what may be absent or zero is there.
  int presence = 60;
  // Most elements of a list or map.
  int max_items = 3;
  // Whether a list that tells null from empty may be empty. Protobuf loses empty ones.
  bool empty_lists = true;
  // Whether texts hold any Unicode characters, quotes and control characters, not only letters,
  // digits and a few marks. They are UTF-8 in either case.
  bool any_text = true;
};

// Fills structs with random values that JSON can say: an IntOrString sets one member, raw JSON is a
// compact object, and an optional time is never the zero time. Equal seeds give equal values on
// every platform. Not thread-safe.
class Filler {
 public:
  explicit Filler(std::uint64_t seed, FillOptions options = {})
      : random_(seed), options_(options) {}

  // Replaces the content of the struct at `data`, which `type` describes.
  void Fill(const Type& type, void* data);

  [[nodiscard]] Object Make(const Type& type);

  template <typename T>
  [[nodiscard]] T Make() {
    T value{};
    Fill(TypeOf<T>(), &value);
    return value;
  }

  // Returns a number from 0 to `bound` - 1.
  [[nodiscard]] std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }
  [[nodiscard]] std::string Text();

 private:
  [[nodiscard]] bool Present() {
    return Below(100) < static_cast<std::uint64_t>(options_.presence);
  }
  [[nodiscard]] std::size_t Count() {
    return static_cast<std::size_t>(Below(static_cast<std::uint64_t>(options_.max_items) + 1));
  }
  void FillStruct(const Type& type, void* data, int depth);
  void FillMember(const Field& field, void* member, int depth);
  void FillValue(const Field& field, void* value, int depth);
  void FillList(const Field& field, void* list, std::size_t size, int depth);

  std::mt19937_64 random_;
  FillOptions options_;
};

// Returns the seed that the environment variable K8SNET_SEED says, or else a new one, and prints
// it, so that a failure can be repeated.
[[nodiscard]] std::uint64_t TestSeed();

}  // namespace k8snet::testing

#endif  // K8SNET_APIS_TESTING_FILLER_H_
