#include "simulate/column_memory.h"

#include <sys/mman.h>

#include <new>

namespace planwise::simulation {

namespace {

constexpr std::size_t page = std::size_t{2} << 20;

constexpr bool is_large(std::size_t bytes) noexcept { return bytes >= 2 * page; }

}  // namespace

void* LargePages::do_allocate(std::size_t bytes, std::size_t alignment) {
  if (!is_large(bytes)) return ::operator new(bytes, std::align_val_t{alignment});
  void* block = ::operator new(bytes, std::align_val_t{page});
  (void)::madvise(block, bytes / page * page, MADV_HUGEPAGE);  // advice: where it is not taken, pages are small
  return block;
}

void LargePages::do_deallocate(void* block, std::size_t bytes, std::size_t alignment) {
  ::operator delete(block, std::align_val_t{is_large(bytes) ? page : alignment});
}

}  // namespace planwise::simulation
