#include "services/audit/chain.hpp"

#include <gmock/gmock.h>

namespace daybook::audit {
namespace {

CloudEvent event(const std::string& type, const std::string& data) {
  CloudEvent out;
  out.id = EventId::make(Instant{});
  out.user = UserId{Uuid::v5({}, "user")};
  out.type = type;
  out.subject = "subject";
  out.data = data;
  return out;
}

class AuditChain : public ::testing::Test {
 protected:
  std::vector<Entry> entries() {
    Head head;
    return {link(head, event("task.created", R"({"title":"a"})"), std::string(16, '1')),
            link(head, event("task.updated", R"({"title":"b"})"), std::string(16, '2')),
            link(head, event("task.deleted", "{}"), std::string(16, '3'))};
  }

  static bool verifies(const std::vector<Entry>& entries) {
    Head head;
    for (const auto& entry : entries)
      if (!follows(head, entry)) return false;
    return true;
  }
};

// F-03
TEST_F(AuditChain, EntriesFollowOneAnotherFromTheZeroHead) {
  EXPECT_TRUE(verifies(entries()));
  EXPECT_EQ(entries()[0].resource_type, "task");
}

// F-03: immutable entries
TEST_F(AuditChain, AnyChangedFieldBreaksTheChain) {
  const std::vector<void (*)(Entry&)> changes = {
      [](Entry& e) { e.payload = R"({"title":"forged"})"; },
      [](Entry& e) { e.action = "task.completed"; },
      [](Entry& e) { e.at += std::chrono::seconds{1}; },
      [](Entry& e) { e.resource_id = "other"; },
      [](Entry& e) { e.hash[0] ^= 1; },
  };
  for (const auto& change : changes) {
    auto changed = entries();
    change(changed[1]);
    EXPECT_FALSE(verifies(changed));
  }
}

TEST_F(AuditChain, RemovedEntryBreaksTheChain) {
  auto shorter = entries();
  shorter.erase(shorter.begin() + 1);
  EXPECT_FALSE(verifies(shorter));
}

// X-46: erasure keeps the chain verifiable
TEST_F(AuditChain, ErasedEntriesStillVerify) {
  auto erased = entries();
  for (auto& entry : erased) entry.payload.clear(), entry.salt.clear();
  EXPECT_TRUE(verifies(erased));
}

}  // namespace
}  // namespace daybook::audit
