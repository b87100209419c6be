#include "src/http/out_queue.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {

void OutQueue::Append(Bytes bytes) {
  if (bytes != nullptr && !bytes->empty()) {
    items_.push_back(std::move(bytes));
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

std::size_t OutQueue::Fill(std::span<iovec> slots) const {
  std::size_t filled = 0;
  std::size_t offset = offset_;
  for (std::size_t i = next_; i < items_.size() && filled < slots.size(); ++i) {
    // sendmsg reads only; iovec has no const form.
    slots[filled].iov_base = const_cast<char*>(items_[i]->data()) + offset;
    slots[filled].iov_len = items_[i]->size() - offset;
    offset = 0;
    ++filled;
  }
  return filled;
}

std::string_view OutQueue::Gather(std::span<char> scratch) const {
  std::string_view first = std::string_view(*items_[next_]).substr(offset_);
  if (first.size() >= scratch.size() || next_ + 1 == items_.size()) {
    return first.substr(0, scratch.size());
  }
  std::size_t size = 0;
  std::size_t offset = offset_;
  for (std::size_t i = next_; i < items_.size() && size < scratch.size(); ++i) {
    const std::size_t take = std::min(items_[i]->size() - offset, scratch.size() - size);
    std::memcpy(scratch.data() + size, items_[i]->data() + offset, take);
    size += take;
    offset = 0;
  }
  return {scratch.data(), size};
}

void OutQueue::Consume(std::size_t size) {
  while (size > 0) {
    K8SNET_CHECK(next_ < items_.size());
    const std::size_t rest = items_[next_]->size() - offset_;
    if (size < rest) {
      offset_ += size;
      return;
    }
    size -= rest;
    offset_ = 0;
    items_[next_++].reset();
  }
  if (empty()) {
    items_ = {};
    next_ = 0;
  }
}

}  // namespace k8snet::server
