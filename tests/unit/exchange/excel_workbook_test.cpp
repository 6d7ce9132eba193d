#include "exchange/excel_workbook.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <locale>

#include "core/files.h"
#include "exchange/excel_book.h"
#include "exchange_samples.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

using test::ExchangeFolder;

std::string text_of(const std::filesystem::path& file) { return core::read_file(file, 1 << 28); }

void write(const std::filesystem::path& target, const std::vector<Run>& runs,
           const ExportContext& context = test::sample_context(), const ExcelLimits& limits = {}) {
  const auto writer = excel_writer(target, context, {}, limits);
  for (const Run& run : runs) writer->add(run, {1, content_hash(run)});
  writer->finish();
}

/// The parts of a workbook by name, unpacked with the system's tool for it.
std::string part(const std::filesystem::path& file, const std::string& name) {
  const std::string command =
      "python3 -c 'import sys,zipfile; sys.stdout.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode())' '" +
      file.string() + "' '" + name + "'";
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char block[4096];
  for (std::size_t count = 0; (count = ::fread(block, 1, sizeof block, pipe)) > 0;) out.append(block, count);
  ::pclose(pipe);
  return out;
}

TEST(ExcelWorkbook, OneRunHasTheSheetsThatPeopleLookFor) {
  const ExchangeFolder folder;
  write(folder / "run.xlsx", {test::plain_run()});
  const std::string workbook = part(folder / "run.xlsx", "xl/workbook.xml");
  for (const char* name : {"About", "Overview", "Objectives", "Parameters", "Algorithm", "Histories", "History data",
                           "Risk and warnings", "Outcomes by year", "Sensitivity", "Simulation data"}) {
    EXPECT_NE(workbook.find("name=\"" + std::string(name) + "\""), std::string::npos) << name;
  }
  EXPECT_FALSE(part(folder / "run.xlsx", "xl/charts/chart1.xml").empty());
}

TEST(ExcelWorkbook, Fault28TextThatStartsLikeAFormulaStaysText) {
  const ExchangeFolder folder;
  write(folder / "run.xlsx", {test::awkward_run()});
  EXPECT_NE(part(folder / "run.xlsx", "xl/sharedStrings.xml").find("<t>=1+1</t>"), std::string::npos);
  EXPECT_EQ(part(folder / "run.xlsx", "xl/worksheets/sheet2.xml").find("<f>"), std::string::npos);
}

TEST(ExcelWorkbook, ChangesAreFormulasWithOurValues) {
  const ExchangeFolder folder;
  write(folder / "run.xlsx", {test::plain_run()});
  const std::string sheet = part(folder / "run.xlsx", "xl/worksheets/sheet4.xml");
  EXPECT_NE(sheet.find("<f>D2-C2</f><v>-0.0017"), std::string::npos) << sheet.substr(0, 3000);
}

TEST(ExcelWorkbook, SameInputsGiveTheSameBytes) {
  const ExchangeFolder folder;
  for (const std::vector<planwise::Run>& runs : {std::vector<planwise::Run>{test::plain_run()},
                                                 std::vector<planwise::Run>{test::plain_run(1), test::awkward_run()}}) {
    std::filesystem::create_directory(folder / "a");
    std::filesystem::create_directory(folder / "b");
    write(folder / "a/x.xlsx", runs);
    write(folder / "b/x.xlsx", runs);
    EXPECT_EQ(text_of(folder / "a/x.xlsx"), text_of(folder / "b/x.xlsx"));
    std::filesystem::remove_all(folder / "a");
    std::filesystem::remove_all(folder / "b");
  }
}

TEST(ExcelWorkbook, RowsThatExceedASheetGoOnInTheNext) {
  const ExchangeFolder folder;
  std::vector<planwise::Run> runs;
  for (int number = 1; number <= 25; ++number) runs.push_back(test::plain_run(number));
  write(folder / "runs.xlsx", runs, test::sample_context(), {12, 32'767});
  const std::string workbook = part(folder / "runs.xlsx", "xl/workbook.xml");
  EXPECT_NE(workbook.find("name=\"Runs (3)\""), std::string::npos);
  EXPECT_EQ(workbook.find("name=\"Runs (4)\""), std::string::npos);
}

TEST(ExcelWorkbook, AnAwkwardRunFitsTheSmallestSheets) {
  const ExchangeFolder folder;
  write(folder / "one.xlsx", {test::awkward_run()}, test::sample_context(), {40, 50});
  write(folder / "plain.xlsx", {test::plain_run()}, test::sample_context(), {8, 50});
  write(folder / "two.xlsx", {test::awkward_run(1), test::awkward_run(2), test::bare_run()}, test::sample_context(),
        {40, 50});
  EXPECT_NE(part(folder / "two.xlsx", "xl/workbook.xml").find("Long texts"), std::string::npos);
}

TEST(ExcelWorkbook, TextLongerThanACellIsSplitNeverCut) {
  const ExchangeFolder folder;
  planwise::Run run = test::plain_run();
  run.notes = std::string(40'000, 'n') + "end of the notes";
  write(folder / "run.xlsx", {run});
  const std::string texts = part(folder / "run.xlsx", "xl/sharedStrings.xml");
  EXPECT_NE(texts.find(std::string(7'233, 'n') + "end of the notes"), std::string::npos);
  EXPECT_NE(texts.find("see sheet Long texts, number 1: 2 parts"), std::string::npos);
}

TEST(ExcelWorkbook, TheReportOfARunAloneStandsOnItsSheetWithFiguresAsNumbers) {
  const ExchangeFolder folder;
  ExcelPage page;
  page.title = "A report";
  page.parts = {ExcelPage::Heading{"Costs"}, ExcelPage::Paragraph{"=1+1 is text"},
                ExcelPage::Table{"By year",
                                 {{"Year", false}, {"Pay", true}, {"Change", true}},
                                 {{{"2027"}, {"8.5 M", 8500000.25, ExcelPage::Shown::money}, {"–"}}},
                                 "Rests on results"}};
  int asked = 0;
  const ReportPage report = [&](const planwise::Run&, const ExportedRun& facts) {
    ++asked;
    EXPECT_EQ(facts.version, 3);
    return page;
  };
  for (const int runs : {1, 2}) {
    const auto writer = excel_writer(folder / (std::to_string(runs) + ".xlsx"), test::sample_context(), report);
    for (int i = 0; i < runs; ++i) writer->add(test::plain_run(i), {3, ""});
    writer->finish();
  }
  EXPECT_EQ(asked, 1) << "a list of runs has no report";
  EXPECT_NE(part(folder / "1.xlsx", "xl/workbook.xml").find("name=\"Report\" sheetId=\"2\""), std::string::npos);
  const std::string sheet = part(folder / "1.xlsx", "xl/worksheets/sheet2.xml");
  EXPECT_NE(sheet.find("<v>8500000.25</v>"), std::string::npos);
  EXPECT_EQ(sheet.find("<f>"), std::string::npos);
  EXPECT_NE(part(folder / "1.xlsx", "xl/sharedStrings.xml").find("<t>=1+1 is text</t>"), std::string::npos);
}

TEST(ExcelWorkbook, AnEmptySearchIsAWorkbookWithoutRows) {
  const ExchangeFolder folder;
  write(folder / "none.xlsx", {});
  EXPECT_NE(part(folder / "none.xlsx", "xl/workbook.xml").find("name=\"Runs\""), std::string::npos);
}

TEST(ExcelWorkbook, AFailedExportLeavesNothing) {
  const ExchangeFolder folder;
  {
    const auto writer = excel_writer(folder / "run.xlsx", test::sample_context());
    writer->add(test::plain_run(1), {});
    writer->add(test::plain_run(2), {});
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ExcelWorkbook, TheFileIsTheOwnersAlone) {
  const ExchangeFolder folder;
  write(folder / "run.xlsx", {test::plain_run()});
  struct stat status {};
  ASSERT_EQ(::stat((folder / "run.xlsx").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(ExcelText, WhatXmlCannotCarryIsEscaped) {
  EXPECT_EQ(excel_escaped("plain _x text"), "plain _x text");
  EXPECT_EQ(excel_escaped("_x0041_"), "_x005F_x0041_");
  EXPECT_EQ(excel_escaped(std::string("a\0b\r\n", 5)), "a_x0000_b_x000D_\n");
  EXPECT_EQ(excel_escaped("\xFF"), "\xEF\xBF\xBD");
}

TEST(ExcelText, PartsNeverCutACharacter) {
  const std::vector<std::string> parts = excel_parts(
      "ab\xF0\x9F\x8E\xAF"
      "c_x0000_",
      3);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0], "ab");
  EXPECT_EQ(parts[1],
            "\xF0\x9F\x8E\xAF"
            "c");
}

}  // namespace
}  // namespace planwise::exchange
