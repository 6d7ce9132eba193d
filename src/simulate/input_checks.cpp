#include "simulate/input_checks.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <span>
#include <string_view>

#include "planwise/error.h"
#include "simulate/calendar.h"

namespace planwise::simulation {

namespace {

constexpr int first_year = 1900, last_year = 2200, most_years = 100;
constexpr std::int32_t oldest = oldest_age;
constexpr std::size_t most_people = 100'000'000;
constexpr unsigned most_threads = 1024;

[[noreturn]] void refuse(const std::string& what, const auto& value, std::string_view allowed) {
  throw Error(ErrorCode::invalid_argument, fmt::format("{} is {}; allowed is {}", what, value, allowed));
}

/// Also refuses what is no number.
void check_within(const std::string& what, double value, double least, double most) {
  if (!(value >= least && value <= most)) refuse(what, value, fmt::format("{} to {}", least, most));
}

void check_all_within(const std::string& what, std::span<const double> values, double least, double most) {
  for (std::size_t i = 0; i < values.size(); ++i) check_within(fmt::format("{}[{}]", what, i), values[i], least, most);
}

// --- people ----------------------------------------------------------------------------------------------------------

void check_columns(const People& people) {
  const auto check = [&](std::string_view name, std::size_t rows) {
    if (rows != people.size()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("people: column {} has {} rows, employee_id has {}; allowed are columns of equal length",
                              name, rows, people.size()));
    }
  };
  if (people.size() == 0)
    throw Error(ErrorCode::invalid_argument,
                "people: there is nobody to start with; at least one active employee is needed");
  if (people.size() > most_people)
    refuse("people: the number of rows", people.size(), fmt::format("1 to {}", most_people));
  check("compensation", people.compensation.size());
  check("age", people.age.size());
  check("tenure", people.tenure.size());
  check("level", people.level.size());
  check("birth_date", people.birth_date.size());
  check("hire_date", people.hire_date.size());
}

bool is_hire_id(std::string_view id, const SimulationSettings& settings) {
  if (!id.starts_with("NH_")) return false;
  int year = 0, level = 0;
  long long number = 0;
  const std::string text(id);
  if (std::sscanf(text.c_str(), "NH_%d_%d_%lld", &year, &level, &number) != 3) return false;
  return year >= settings.start_year && year <= settings.end_year && id == hire_id(year, level, number);
}

std::string date_text(std::int32_t date) {
  const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{date}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

void check_person(const SimulationInput& input, std::size_t i) {
  const People& people = input.people;
  const auto name = [&](std::string_view column) {
    return fmt::format("people: {} of {} (row {})", column, people.employee_id[i], i + 1);
  };
  const std::int32_t start = first_day_of(input.settings.start_year), earliest = first_day_of(first_year - 100);
  if (people.employee_id[i].empty())
    throw Error(ErrorCode::invalid_argument, fmt::format("people: employee_id of row {} is empty", i + 1));
  if (people.employee_id[i].front() == 'N' && is_hire_id(people.employee_id[i], input.settings)) {
    refuse(name("employee_id"), people.employee_id[i], "any id that is not one of a simulated year's hires");
  }
  if (!(people.compensation[i] >= 0 && people.compensation[i] <= most_pay))
    refuse(name("compensation"), people.compensation[i], "0 to 1e12");
  if (people.age[i] < 0 || people.age[i] > oldest) refuse(name("age"), people.age[i], fmt::format("0 to {}", oldest));
  if (people.tenure[i] < 0 || people.tenure[i] > longest_tenure)
    refuse(name("tenure"), people.tenure[i], fmt::format("0 to {}", longest_tenure));
  if (people.level[i] < 1 || people.level[i] > static_cast<int>(level_count))
    refuse(name("level"), people.level[i], fmt::format("1 to {}", level_count));
  const auto check_date = [&](std::string_view column, std::int32_t date) {
    if (date == no_date || (date >= earliest && date < start)) return;
    refuse(name(column), date_text(date),
           fmt::format("{} to {}, the day before the first year", date_text(earliest), date_text(start - 1)));
  };
  check_date("birth_date", people.birth_date[i]);
  check_date("hire_date", people.hire_date[i]);
}

// --- settings and levers ---------------------------------------------------------------------------------------------

void check_levels(const SimulationSettings& settings, const DbtBehaviour& dbt) {
  double shares = 0;
  for (std::size_t i = 0; i < level_count; ++i) {
    const JobLevel& level = settings.levels[i];
    const std::string name = fmt::format("settings: level {} ", i + 1);
    check_within(name + "minimum", level.minimum, 0, most_pay);
    check_within(name + "maximum", level.maximum, level.minimum, most_pay);
    check_within(name + "hire_maximum", level.hire_maximum, level.minimum, most_pay);
    check_within(name + "average_promotion_probability", level.average_promotion_probability, 0, 1);
    check_within(name + "hire_share", level.hire_share, 0, 1);
    // Nothing can be relative to an average of 0. Nobody is promoted from the last level.
    if (i + 1 < level_count && level.average_promotion_probability == 0 && !dbt.promotions_ignore_levers) {
      refuse(name + "average_promotion_probability", 0, "above 0, up to 1");
    }
    shares += level.hire_share;
  }
  if (!(std::abs(shares - 1.0) <= 1e-6)) refuse("settings: the sum of hire_share over levels", shares, "1");
}

void check_settings(const SimulationSettings& settings, const DbtBehaviour& dbt) {
  const auto check_year = [](std::string_view name, int year) {
    if (year < first_year || year > last_year)
      refuse(fmt::format("settings: {}", name), year, fmt::format("{} to {}", first_year, last_year));
  };
  check_year("start_year", settings.start_year);
  check_year("end_year", settings.end_year);
  if (settings.end_year < settings.start_year) {
    refuse("settings: end_year", settings.end_year, fmt::format("start_year, {}, or later", settings.start_year));
  }
  if (settings.end_year - settings.start_year >= most_years) {
    refuse("settings: end_year", settings.end_year,
           fmt::format("at most {}, {} years from the start", settings.start_year + most_years - 1, most_years));
  }
  check_within("settings: target_growth_rate", settings.target_growth_rate, -1, 1);
  check_within("settings: total_termination_rate", settings.total_termination_rate, 0, 1);
  if (!(settings.new_hire_termination_rate >= 0 && settings.new_hire_termination_rate <= 0.99)) {
    refuse("settings: new_hire_termination_rate", settings.new_hire_termination_rate,
           "0 to 0.99: hires make up for it");
  }
  check_within("settings: termination_base", settings.termination_base, 0, 100);
  check_all_within("settings: termination_by_tenure", settings.termination_by_tenure, 0, 100);
  check_all_within("settings: termination_by_age", settings.termination_by_age, 0, 100);
  check_within("settings: promotion_base", settings.promotion_base, 0, 100);
  check_within("settings: promotion_level_dampener", settings.promotion_level_dampener, 0, 1);
  check_all_within("settings: promotion_by_tenure", settings.promotion_by_tenure, 0, 100);
  check_all_within("settings: promotion_by_age", settings.promotion_by_age, 0, 100);
  check_all_within("settings: raise_month", settings.raise_month, 0, 100);
  if (!(std::accumulate(settings.raise_month.begin(), settings.raise_month.end(), 0.0) > 0)) {
    refuse("settings: the sum of raise_month", 0, "above 0");
  }
  for (const int age : settings.hire_ages) check_within("settings: an age of hire_ages", age, 14, oldest);
  check_within("settings: outlier_pay", settings.outlier_pay, 0, most_pay);
  check_levels(settings, dbt);
}

void check_levers(const SimulationInput& input) {
  for (int year = input.settings.start_year; year <= input.settings.end_year; ++year) {
    const auto found = input.levers.find(year);
    if (found == input.levers.end()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("levers: there are none for {}; each year from {} to {} needs them", year,
                              input.settings.start_year, input.settings.end_year));
    }
    const auto check = [&](std::string_view name, const ByLevel<double>& values, double least, double most) {
      for (std::size_t level = 0; level < level_count; ++level) {
        check_within(fmt::format("levers: {} of {}, level {}", name, year, level + 1), values[level], least, most);
      }
    };
    const YearLevers& levers = found->second;
    check("merit_rate", levers.merit_rate, 0, 1);
    check("cola_rate", levers.cola_rate, 0, 1);
    check("new_hire_salary_adjustment", levers.new_hire_salary_adjustment, 0, 10);
    check("promotion_probability", levers.promotion_probability, 0, 1);
    check("promotion_raise", levers.promotion_raise, 0, 1);
  }
}

}  // namespace

void check_input(const SimulationInput& input) {
  check_settings(input.settings, input.dbt);
  check_levers(input);
  if (input.threads > most_threads)
    refuse("threads", input.threads, fmt::format("0 to {}, 0 being all of the machine", most_threads));
  check_columns(input.people);
  for (std::size_t i = 0; i < input.people.size(); ++i) check_person(input, i);
}

}  // namespace planwise::simulation
