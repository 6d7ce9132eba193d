#include "core/near.h"

#include <algorithm>

namespace planwise::core {
namespace {

/// Names longer than this are nobody's typing error; the bound keeps the cost of a suggestion small.
constexpr std::size_t longest = 100;

std::string folded(std::string_view text) {
  std::string out(text);
  for (char& character : out) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
    if (character == '-' || character == ' ') character = '_';
  }
  return out;
}

/// Optimal string alignment distance, three rows at a time.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::vector<std::string> near_names(std::string_view name, std::span<const std::string_view> candidates) {
  if (name.empty() || name.size() > longest) return {};
  const std::string wanted = folded(name);
  struct Match {
    std::size_t edits;
    std::string_view candidate;
  };
  std::vector<Match> matches;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > longest || candidate.empty()) continue;
    const std::string known = folded(candidate);
    const bool begins =
        wanted.size() >= 3 && known.size() >= 3 && (known.starts_with(wanted) || wanted.starts_with(known));
    const std::size_t allowed = std::max<std::size_t>(1, std::min(wanted.size(), known.size()) / 3);
    const std::size_t difference = std::max(wanted.size(), known.size()) - std::min(wanted.size(), known.size());
    if (!begins && difference > allowed) continue;
    const std::size_t edits = edits_between(wanted, known);
    if (begins || edits <= allowed) matches.push_back({edits, candidate});
  }
  std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) { return a.edits < b.edits; });
  std::vector<std::string> out;
  for (const Match& match : matches) {
    if (out.size() == 3) break;
    if (std::find(out.begin(), out.end(), match.candidate) == out.end()) out.emplace_back(match.candidate);
  }
  return out;
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates) {
  std::string out;
  for (const std::string& candidate : near_names(name, candidates)) {
    out += out.empty() ? "; did you mean " : ", ";
    out += candidate;
  }
  if (!out.empty()) out += '?';
  return out;
}

}  // namespace planwise::core
