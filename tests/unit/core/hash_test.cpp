#include "core/hash.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "core/ids.h"

namespace planwise::core {
namespace {

TEST(Hash, GivesTheKnownDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  Sha256 pieces;
  EXPECT_EQ(pieces.update("a").update("").update("bc").hex(), sha256_hex("abc"));
  EXPECT_EQ(pieces.update("abc").hex(), sha256_hex("abc"));
}

TEST(Base64, ReadsBackWhatItWrites) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  std::string bytes;
  for (int value = 0; value < 256; ++value) {
    bytes += static_cast<char>(value);
    EXPECT_EQ(from_base64(base64(bytes)), bytes);
  }
}

TEST(Base64, RefusesWhatItNeverWrites) {
  for (const char* wrong : {"Z", "Zg", "Zg=", "Zg= ", "Zh==", "Zm9=", "====", "=Zg=", "Zm9v\n", "Zg==Zg==", "Zm-_"}) {
    EXPECT_EQ(from_base64(wrong), std::nullopt) << wrong;
  }
}

TEST(Ids, AreUuidsOfTheirVersion) {
  const std::regex random("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  const std::regex named("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> seen;
  for (int count = 0; count < 1000; ++count) {
    const std::string id = new_uuid();
    EXPECT_TRUE(std::regex_match(id, random)) << id;
    EXPECT_TRUE(seen.insert(id).second);
  }
  EXPECT_TRUE(std::regex_match(uuid_from("x"), named));
  EXPECT_EQ(uuid_from("x"), uuid_from("x"));
  EXPECT_NE(uuid_from("x"), uuid_from("y"));
  EXPECT_EQ(random_token().size(), 64U);
  EXPECT_NE(random_token(), random_token());
}

}  // namespace
}  // namespace planwise::core
