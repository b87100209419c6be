// Object: any generated struct behind one handle that is immutable and cheap to share.
#ifndef K8SNET_APIS_BASE_OBJECT_H_
#define K8SNET_APIS_BASE_OBJECT_H_

#include <memory>
#include <utility>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/base/type.h"
#include "k8snet/apis/base/version.h"

namespace k8snet {

// A value of some generated struct, shared and never changed. To change one, make a
// MutableObject of it, change that and freeze it. Copying copies a pointer.
// Thread-safe: immutable once constructed.
class Object {
 public:
  // Holds nothing; only to be assigned to.
  Object() = default;
  // Holds a copy of `value`, or its content if it is moved in.
  template <typename T>
  [[nodiscard]] static Object Of(T value) {
    return Object(&TypeOf<T>(), std::make_shared<const T>(std::move(value)));
  }
  // `data` points at a struct that `type` describes.
  Object(const Type* type, std::shared_ptr<const void> data)
      : type_(type), data_(std::move(data)) {}

  [[nodiscard]] bool empty() const { return type_ == nullptr; }
  [[nodiscard]] const Type& type() const {
    K8SNET_CHECK(type_ != nullptr);
    return *type_;
  }
  [[nodiscard]] const void* data() const { return data_.get(); }

  // Returns the struct if it is a T, else null. Lifetime: as long as some copy of this handle.
  template <typename T>
  [[nodiscard]] const T* As() const {
    return type_ == &TypeOf<T>() ? static_cast<const T*>(data_.get()) : nullptr;
  }
  // Returns the struct, which must be a T.
  template <typename T>
  [[nodiscard]] const T& Get() const {
    const T* value = As<T>();
    K8SNET_CHECK(value != nullptr);
    return *value;
  }

  // Equal types and values.
  friend bool operator==(const Object& a, const Object& b) {
    return a.type_ == b.type_ &&
           (a.data_ == b.data_ || a.type_->ops->equal(a.data_.get(), b.data_.get()));
  }

 private:
  const Type* type_ = nullptr;
  std::shared_ptr<const void> data_;
};

// A value of some generated struct that one owner may change. Not thread-safe.
class MutableObject {
 public:
  // A default-made struct of `type`.
  explicit MutableObject(const Type& type) : type_(&type), data_(type.ops->make()) {}
  // A copy of `object`.
  explicit MutableObject(const Object& object)
      : type_(&object.type()), data_(type_->ops->copy(object.data())) {}
  MutableObject(MutableObject&&) = default;
  MutableObject& operator=(MutableObject&&) = default;
  MutableObject(const MutableObject&) = delete;
  MutableObject& operator=(const MutableObject&) = delete;

  [[nodiscard]] const Type& type() const { return *type_; }
  [[nodiscard]] const void* data() const { return data_.get(); }
  [[nodiscard]] void* data() { return data_.get(); }

  // Returns the struct if it is a T, else null.
  template <typename T>
  [[nodiscard]] T* As() {
    return type_ == &TypeOf<T>() ? static_cast<T*>(data_.get()) : nullptr;
  }
  // Returns the struct, which must be a T.
  template <typename T>
  [[nodiscard]] T& Get() {
    T* value = As<T>();
    K8SNET_CHECK(value != nullptr);
    return *value;
  }

  // Gives the value up to a shared handle. Cost: none.
  [[nodiscard]] Object Freeze() && { return Object(type_, std::move(data_)); }

 private:
  const Type* type_;
  std::shared_ptr<void> data_;
};

// Returns the group and version that T belongs to.
template <typename T>
[[nodiscard]] GroupVersion VersionOf() {
  const Type& type = TypeOf<T>();
  return {std::string(type.group), std::string(type.version)};
}

}  // namespace k8snet

#endif  // K8SNET_APIS_BASE_OBJECT_H_
