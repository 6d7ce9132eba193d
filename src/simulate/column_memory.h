/// \file
/// Where the columns of a simulation live: one block, in large pages where the system gives them. A million people
/// touch 200 MB; in pages of 4 KB a fifth of the whole time went into making them.
#pragma once

#include <cstddef>
#include <memory_resource>

namespace planwise::simulation {

/// Blocks aligned to and advised as large pages; small ones come from the heap.
class LargePages final : public std::pmr::memory_resource {
 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

/// Gives from one block and takes nothing back until it ends. Not for several threads at once.
class ColumnMemory {
 public:
  explicit ColumnMemory(std::size_t expected_bytes) : columns_(expected_bytes, &pages_) {}
  [[nodiscard]] std::pmr::memory_resource* resource() noexcept { return &columns_; }

 private:
  LargePages pages_;
  std::pmr::monotonic_buffer_resource columns_;
};

}  // namespace planwise::simulation
