#include <gtest/gtest.h>

#include "planwise/error.h"
#include "planwise/exchange.h"

namespace planwise {
namespace {

TEST(ExportFormat, NamesReadBack) {
  for (const ExportFormat format :
       {ExportFormat::json, ExportFormat::csv, ExportFormat::excel, ExportFormat::parquet, ExportFormat::pickle}) {
    EXPECT_EQ(export_format_from(to_text(format)), format);
  }
  EXPECT_EQ(export_format_from("xlsx"), ExportFormat::excel);
  EXPECT_EQ(export_format_from("pkl"), ExportFormat::pickle);
}

TEST(ExportFormat, Fault28DefaultNamesEndAsProgramsExpect) {
  EXPECT_EQ(extension(ExportFormat::excel), ".xlsx");
  EXPECT_EQ(extension(ExportFormat::csv), "");
  EXPECT_EQ(extension(ExportFormat::pickle), ".pkl");
}

TEST(ExportFormat, UnknownNamesAreRefusedWithWhatIsAllowed) {
  try {
    (void)export_format_from("exel");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("parquet"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("did you mean excel"), std::string::npos);
  }
}

}  // namespace
}  // namespace planwise
