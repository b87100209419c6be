#include "src/http/out_queue.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {
namespace {

// Items that were sent and still have a place in the list.
constexpr std::size_t kCompactAfter = 256;

}  // namespace

void OutQueue::AppendFrom(Bytes bytes, std::size_t begin) {
  if (bytes != nullptr && bytes->size() > begin) {
    const std::size_t end = bytes->size();
    size_ += end - begin;
    items_.push_back({std::move(bytes), begin, end});
  }
}

void OutQueue::AppendText(std::string text) {
  Append(std::make_shared<const std::string>(std::move(text)));
}

void OutQueue::AppendAll(std::vector<Bytes> list) {
  items_.reserve(items_.size() + list.size());
  for (Bytes& bytes : list) {
    Append(std::move(bytes));
  }
}

void OutQueue::MoveTo(OutQueue& to, std::size_t size) {
  K8SNET_CHECK(size <= size_);
  size_ -= size;
  to.size_ += size;
  while (size > 0) {
    Item& first = items_[next_];
    if (size < first.size()) {
      to.items_.push_back({first.bytes, first.begin, first.begin + size});
      first.begin += size;
      return;
    }
    size -= first.size();
    to.items_.push_back(std::move(first));
    Pop();
  }
}

void OutQueue::Pop() {
  ++next_;
  if (next_ == items_.size()) {
    items_ = {};
    next_ = 0;
  } else if (next_ >= kCompactAfter && next_ >= items_.size() / 2) {
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(next_));
    next_ = 0;
  }
}

std::size_t OutQueue::Fill(std::span<iovec> slots) const {
  std::size_t filled = 0;
  for (std::size_t i = next_; i < items_.size() && filled < slots.size(); ++i) {
    // sendmsg reads only; iovec has no const form.
    slots[filled].iov_base = const_cast<char*>(items_[i].data());
    slots[filled].iov_len = items_[i].size();
    ++filled;
  }
  return filled;
}

std::string_view OutQueue::Gather(std::span<char> scratch) const {
  const Item& first = items_[next_];
  if (first.size() >= scratch.size() || next_ + 1 == items_.size()) {
    return {first.data(), std::min(first.size(), scratch.size())};
  }
  std::size_t size = 0;
  for (std::size_t i = next_; i < items_.size() && size < scratch.size(); ++i) {
    const std::size_t take = std::min(items_[i].size(), scratch.size() - size);
    std::memcpy(scratch.data() + size, items_[i].data(), take);
    size += take;
  }
  return {scratch.data(), size};
}

void OutQueue::Consume(std::size_t size) {
  K8SNET_CHECK(size <= size_);
  size_ -= size;
  while (size > 0) {
    Item& first = items_[next_];
    if (size < first.size()) {
      first.begin += size;
      return;
    }
    size -= first.size();
    first.bytes.reset();
    Pop();
  }
}

}  // namespace k8snet::server
