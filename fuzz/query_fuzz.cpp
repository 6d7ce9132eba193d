// Any bytes as a query, a sort order and a cursor: read or refused by invalid_argument, nothing else; what is read
// prints as text that reads the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "planwise/error.h"
#include "store/query_compiler.h"
#include "store/query_parser.h"

namespace {

template <typename Call>
void refuses_by_name(Call call) {
  try {
    call();
  } catch (const planwise::Error& error) {
    if (error.code() != planwise::ErrorCode::invalid_argument) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace planwise;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  ListRequest request;
  const Timestamp now{1'750'000'000'000'000};
  refuses_by_name([&] {
    const store::QueryNode tree = store::parse_query(text);
    const std::string printed = store::print_query(tree);
    // Printing quotes every word, which can lengthen a query beyond the limit.
    if (printed.size() <= store::query_length_limit && !store::same_query(tree, store::parse_query(printed)))
      std::abort();
  });
  request.query = text;
  refuses_by_name([&] { (void)store::compile_query(request, now); });
  request.query.clear();
  request.sort = text;
  refuses_by_name([&] { (void)store::page_statement(request, "main", now); });
  request.sort.clear();
  request.cursor = text;
  refuses_by_name([&] { (void)store::page_statement(request, "main", now); });
  return 0;
}
